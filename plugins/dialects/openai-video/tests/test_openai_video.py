"""Videos: two vocabularies read as one, jobs in every shape, and what is never sent on."""

import json

import msgspec
import pytest
from crossroads_openai_video import OpenAIVideo
from hypothesis import given
from hypothesis import strategies as st

from crossroads.errors import BadRequest, BadUpstream, CrossroadsError
from crossroads.multipart import File, encode_form, open_form
from crossroads.testing import laws
from crossroads.types.usage import Usage

DIALECT = OpenAIVideo()
URL = "https://host.example/v1/videos"


def drafts(body):
    """Both ways from a client's body to the upstream's document."""
    opened = DIALECT.open(json.dumps(body).encode())
    spliced = DIALECT.splice_request(opened, url=URL, upstream="m")
    typed = DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream="m", stream=False)
    return [(json.loads(msgspec.json.encode(d.document)), [lost.field for lost in d.lost]) for d in (spliced, typed)]


@pytest.mark.parametrize("length", [{"seconds": "8"}, {"seconds": 8}, {"duration": 8}, {"duration": 8, "seconds": "4"}])
def test_both_words_for_the_length_mean_the_same_on_both_paths(length):
    for document, lost in drafts({"model": "a/b", "prompt": "x", "size": "1280x720", **length}):
        assert document == {"model": "m", "prompt": "x", "size": "1280x720", "seconds": 8}
        assert not lost


def test_a_callback_is_not_sent_on_and_that_is_told():
    for document, lost in drafts({"prompt": "x", "callback_url": "https://me.example/hook"}):
        assert "callback_url" not in document
        assert lost == ["callback_url"]


def test_frames_and_references_go_out_as_they_came():
    frame = {"type": "image_url", "image_url": {"url": "data:,"}, "frame_type": "first_frame"}
    reference = {"type": "image_url", "image_url": {"url": "data:,"}}
    for document, _ in drafts({"frame_images": [frame], "input_references": [reference], "odd": {"a": 1}}):
        assert document == {"model": "m", "frame_images": [frame], "input_references": [reference], "odd": {"a": 1}}


@pytest.mark.parametrize(
    ("field", "value"), [("seconds", "eight"), ("seconds", -1), ("seconds", "²"), ("duration", 0), ("duration", 5000)]
)
def test_a_length_that_is_none_is_named(field, value):
    with pytest.raises(BadRequest) as caught:
        DIALECT.open(json.dumps({"prompt": "x", field: value}).encode())
    assert caught.value.field == field


def test_something_must_be_asked_for():
    with pytest.raises(BadRequest) as caught:
        DIALECT.open(b'{"model":"a/b"}')
    assert caught.value.field == "prompt"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    {"queued": "pending", "in_progress": "in_progress", "canceled": "cancelled", "RUNNING": "in_progress"}.items(),
)
def test_each_state_has_one_word(theirs, ours):
    assert DIALECT.decode_job(json.dumps({"id": "1", "status": theirs}).encode())["status"] == ours


def test_openais_job_and_openrouters_read_alike():
    openai = {"id": "1", "object": "video", "status": "failed", "seconds": "8", "error": {"code": "c", "message": "m"}}
    openrouter = {"id": "1", "polling_url": "/x", "status": "failed", "error": "m", "duration": 8}
    assert DIALECT.decode_job(json.dumps(openai).encode()) == DIALECT.decode_job(json.dumps(openrouter).encode())


def test_no_address_of_the_upstream_reaches_a_client():
    told = {"id": "1", "status": "completed", "polling_url": "https://up", "unsigned_urls": ["https://up/secret"]}
    assert b"https://up" not in msgspec.json.encode(DIALECT.decode_job(json.dumps(told).encode()))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id":1,"status":"queued"}', b'{"id":"","status":"queued"}'])
def test_what_is_no_job_is_a_broken_upstream(body):
    with pytest.raises(BadUpstream):
        DIALECT.decode_response(body)


def test_an_error_in_disguise_is_an_error():
    with pytest.raises(CrossroadsError, match="402"):
        DIALECT.decode_response(b'{"error":{"message":"no credit","code":402}}')


def test_without_a_keeper_there_is_no_job():
    with pytest.raises(BadUpstream):
        DIALECT.relay_response(b'{"id":"1","status":"queued"}', laws.STAMP)


@pytest.mark.parametrize("id", ["a/b", "../x", "?a=b", "#", "ü"])
def test_an_upstream_id_stays_one_segment_of_its_path(id):
    inside = DIALECT.job_url(URL, id).removeprefix(URL + "/")
    assert not set(inside) & set("/?#")
    assert DIALECT.content_url(URL, "1", 2) == f"{URL}/1/content?index=2"


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)
WORDS = ("id", "status", "error", "seconds", "progress", "size", "duration")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(WORDS, VALUES)))
def test_whatever_a_host_says_is_a_job_or_an_error(told):
    try:
        job = DIALECT.decode_job(json.dumps(told).encode())
    except CrossroadsError:
        return
    assert isinstance(job["status"], str)
    assert job["id"]


def test_openrouters_own_sdk_reads_the_reply_to_a_submission():
    components = pytest.importorskip("openrouter.components", reason="OpenRouter's SDK is not installed")
    stamp = msgspec.structs.replace(laws.STAMP, job=lambda id, seconds: ("job-1", Usage(seconds=seconds or 8)))
    reply = DIALECT.relay_response(b'{"id":"up","status":"queued","seconds":"8"}', stamp)
    read = components.VideoGenerationResponse.model_validate_json(reply.body)
    assert (read.id, read.status, read.polling_url) == ("job-1", "pending", "/api/v1/videos/job-1")
    assert reply.usage == Usage(seconds=8)


def test_a_form_with_a_first_frame_stays_one():
    frame = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
    body, kind = encode_form({"model": "a/b", "prompt": "x", "seconds": "8", "input_reference": frame})
    opened = DIALECT.open(body, {"content_type": kind})
    assert opened.models == ("a/b",)
    spliced = DIALECT.splice_request(opened, url=URL, upstream="m")
    typed = DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream="m", stream=False)
    for draft in (spliced, typed):
        assert draft.form
        sent, told = encode_form(draft.document)
        assert open_form(sent, told) == {"model": "m", "prompt": "x", "seconds": "8", "input_reference": frame}
    body, kind = encode_form({"model": "a/b"})
    with pytest.raises(BadRequest):
        DIALECT.open(body, {"content_type": kind})
