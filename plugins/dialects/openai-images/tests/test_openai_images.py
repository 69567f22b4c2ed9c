"""Images: shipped vectors, forms and JSON, which address each goes to, and what is billed."""

import json

import pytest
from crossroads_openai_images import OpenAIImages

from crossroads import jsonbody, multipart
from crossroads.errors import BadRequest, BadUpstream, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.recordings import vectors
from crossroads.types.usage import Usage

TestOpenAIImages = dialect_conformance(OpenAIImages)

DIALECT = OpenAIImages()
URL = "https://images.example/v1/images/generations"
PIXEL = File(data=b"\x89PNG", filename="a.png", content_type="image/png")


def drafted(body, params=None):
    opened = DIALECT.open(body, params or {})
    spliced = DIALECT.splice_request(opened, url=URL, upstream="draw-1")
    encoded = DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream="draw-1", stream=False)
    assert (spliced.url, spliced.form) == (encoded.url, encoded.form)
    return encoded


def form(**fields):
    body, kind = multipart.encode_form({"model": "m/m", **fields})
    return drafted(body, {"content_type": kind})


@pytest.mark.parametrize(
    ("fields", "verb"),
    [
        ({"prompt": "a cat"}, "generations"),
        ({"prompt": "a cat", "images": [{"image_url": "https://x.example/a.png"}]}, "edits"),
    ],
)
def test_json_goes_where_what_it_holds_says(fields, verb):
    draft = drafted(json.dumps({"model": "m/m", "n": 2, **fields}).encode())
    assert draft.url == f"https://images.example/v1/images/{verb}"
    assert not draft.form
    assert json.loads(jsonbody.encode(draft.document)) == {"model": "draw-1", "n": 2, **fields}


def test_references_of_openrouters_are_images_to_change():
    part = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}
    draft = drafted(json.dumps({"model": "m/m", "prompt": "a cat", "input_references": [part]}).encode())
    assert draft.url.endswith("/images/edits")
    sent = json.loads(jsonbody.encode(draft.document))
    assert sent == {"model": "draw-1", "prompt": "a cat", "images": [{"image_url": "https://x.example/a.png"}]}


def test_a_form_stays_one_with_its_files_and_numbers():
    draft = form(prompt="a cat", image=[PIXEL, PIXEL], mask=PIXEL, n=2)
    assert draft.form
    assert draft.url.endswith("/images/edits")
    body, kind = multipart.encode_form(draft.document)
    back = multipart.open_form(body, kind)
    assert (back["image"], back["mask"], back["n"], back["model"]) == ([PIXEL, PIXEL], PIXEL, "2", "draw-1")


def test_an_image_without_a_prompt_is_varied():
    assert form(image=PIXEL).url.endswith("/images/variations")


def test_another_address_stays_as_it_is():
    opened = DIALECT.open(b'{"model": "m/m", "prompt": "a"}')
    assert DIALECT.splice_request(opened, url="https://x.example/draw", upstream="d").url == "https://x.example/draw"


@pytest.mark.parametrize("body", [b"{}", b'{"prompt": 1}', b'{"prompt": "a", "stream": 1}', b'{"prompt":"a","n":0}'])
def test_what_can_not_be_drawn_is_a_bad_request(body):
    with pytest.raises(BadRequest):
        DIALECT.decode_request(DIALECT.open(body))


def test_tokens_are_billed_where_they_are_counted_and_images_elsewhere():
    assert DIALECT.decode_response(b'{"data": [{"url": "u"}, {"url": "v"}]}').usage == Usage(images=2)
    counted = b'{"data": [{"b64_json": "AA=="}], "usage": {"input_tokens": 5, "output_tokens": 7}}'
    reply = DIALECT.relay_response(counted, laws.STAMP)
    assert reply.usage == Usage(input_tokens=5, image_output_tokens=7)
    assert json.loads(reply.body)["usage"]["cost"] is not None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"data": []}', b'{"data": ["u"]}'])
def test_a_reply_without_images_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DIALECT.decode_response(body)


def test_vectors_are_shipped():
    assert vectors("openai-images")


DRAFT = {"type": "image_generation.partial_image", "b64_json": "AA==", "partial_image_index": 0}
DONE = {"type": "image_generation.completed", "b64_json": "AQ==", "created_at": 5}
TOKENS = {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}


def events(*told):
    return b"".join(b"data: %b\n\n" % json.dumps(one).encode() for one in told)


def test_a_stream_is_asked_for_and_relayed_with_its_drafts():
    body = b'{"model": "m/m", "prompt": "a", "stream": true, "partial_images": 2}'
    opened = DIALECT.open(body)
    assert opened.stream
    laws.both_paths_send_the_same(DIALECT, body)
    draft = DIALECT.splice_request(opened, url=URL, upstream="d")
    assert json.loads(jsonbody.encode(draft.document)) == {**json.loads(body), "model": "d"}
    assert (b"accept", b"text/event-stream") in draft.headers
    stream = events(DRAFT, {**DONE, "usage": TOKENS})
    relay = DIALECT.relay_stream(laws.STAMP)
    drafts, last, _ = (relay.feed(stream) + relay.close(framed=True, usage=Usage())).split(b"\n\n")
    assert drafts + b"\n\n" == events(DRAFT)
    told = json.loads(last.removeprefix(b"data: "))
    assert told["usage"].pop("cost") > 0
    assert told == {**DONE, "usage": TOKENS}
    assert relay.usage == Usage(input_tokens=5, image_output_tokens=7)


def test_a_stream_is_read_and_written_the_same_however_it_is_cut():
    stream = events(DRAFT, {**DONE, "usage": TOKENS})
    laws.both_paths_stream_the_same(DIALECT, stream)
    laws.a_split_changes_nothing(DIALECT, stream, range(len(stream)))
    laws.a_cut_never_looks_complete(DIALECT, stream, b'"created_at"', range(0, len(stream), 7))


def test_each_image_of_a_stream_is_counted():
    decoder = DIALECT.decode_stream()
    decoder.feed(events(DONE, DONE))
    assert decoder.usage == Usage(images=2)
    encoder = DIALECT.encode_stream(laws.STAMP)
    out = encoder.encode(DONE) + encoder.encode(DONE) + encoder.close(Usage(images=2))
    assert out.count(b"image_generation.completed") == 2
    assert b'"cost":0' in out


def test_an_error_in_a_stream_ends_it():
    with pytest.raises(UpstreamRefused):
        DIALECT.relay_stream(laws.STAMP).feed(events({"type": "error", "error": {"message": "no", "code": 400}}))
