"""Decart's images and videos: what goes out in its forms, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_decart.images import DecartImages
from crossroads_decart.video import DecartVideo
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo

from crossroads import AsyncClient
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File, encode_form, open_form
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(DecartImages)
TestVideo = dialect_conformance(DecartVideo)

DRAWS, FILMS, IMAGES, VIDEOS = DecartImages(), DecartVideo(), OpenAIImages(), OpenAIVideo()
PNG = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
MP4 = File(data=b"\0\0\0\x18ftyp", filename="a.mp4", content_type="video/mp4")
INLINE = "data:image/png;base64,aGk="


def drafted(theirs, ours, upstream, fields):
    form = any(isinstance(one, File) for one in fields.values())
    body, kind = encode_form(fields) if form else (json.dumps(fields).encode(), "")
    request = theirs.decode_request(theirs.open(body, {"content_type": kind}))
    return ours.encode_request(request, url="u", upstream=upstream, stream=False)


def drawn(**fields):
    return drafted(IMAGES, DRAWS, "lucy-image-2", {"prompt": "a hat", **fields})


def filmed(upstream="lucy-2.6", **fields):
    return drafted(VIDEOS, FILMS, upstream, fields)


def test_an_image_goes_as_a_file_and_a_second_one_guides():
    draft = drawn(images=[INLINE, INLINE], seed=7, resolution="720p", size="1024x1024", response_format="url")
    inside = File(data=b"hi", filename="frame", content_type="image/png")
    assert draft.document == {
        "prompt": "a hat", "seed": 7, "resolution": "720p", "data": inside, "reference_image": inside,
    }  # fmt: skip
    assert draft.form
    assert [one.field for one in draft.lost] == ["size", "response_format"]
    assert drawn(image=PNG).document == {"prompt": "a hat", "data": PNG}


@pytest.mark.parametrize(
    "fields",
    [
        {"image": "https://a.example/a.png"},
        {"image": MP4},
        {"images": [INLINE, INLINE, INLINE]},
        {"image": INLINE, "mask": INLINE},
        {"image": INLINE, "n": 2},
    ],
)
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drawn(**fields)


def test_a_film_goes_as_a_file_and_an_image_guides():
    film = "data:video/mp4;base64,aGk="
    guide = [{"type": "image_url", "image_url": {"url": INLINE}}]
    draft = filmed(input_reference=film, input_references=guide, seconds="5", enhance_prompt=True)
    assert draft.document == {
        "prompt": "", "data": File(data=b"hi", filename="frame", content_type="video/mp4"),
        "reference_image": File(data=b"hi", filename="frame", content_type="image/png"), "enhance_prompt": True,
    }  # fmt: skip
    assert [one.field for one in draft.lost] == ["duration"]
    assert "prompt" not in filmed("lucy-restyle-2", input_reference=film, input_references=guide).document
    assert filmed(prompt="a hat", input_reference=MP4).document == {"prompt": "a hat", "data": MP4}


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "a hat"},
        {"prompt": "a hat", "input_reference": PNG},
        {"prompt": "a hat", "input_reference": "https://a.example/a.mp4"},
        {"frame_images": [{"type": "image_url", "image_url": {"url": INLINE}, "frame_type": "first_frame"}]},
        {"input_reference": "data:video/mp4;base64,aGk=", "input_references": [{"image_url": {"url": INLINE}}] * 2},
    ],
)
def test_what_it_can_not_film_is_refused(fields):
    with pytest.raises(Unsupported):
        filmed(**fields)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"job_id": "../x"}', b'{"job_id": 5}'])
def test_what_is_no_job_and_no_image_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(body)
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


def test_a_job_that_failed_gives_no_reason():
    job = FILMS.decode_job(b'{"job_id": "j-1", "status": "failed"}')
    assert (job["status"], job["error"]) == ("failed", "no reason was given")


@pytest.fixture
async def decart(monkeypatch, tmp_path):
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path))
    async with ScriptedProvider() as provider:
        yield provider


def sent_form(request):
    return open_form(request.body, request.header("content-type"))


async def test_a_client_of_openai_gets_the_image_and_pays_for_it(decart):
    decart.script(Answer(raw=(PNG.data,), content_type="image/png"))
    row = {"model": "a/m", "upstream": "lucy-image-2", "operations": ["images"], "price_usd": {"image": "0.01"}}
    form = encode_form({"model": "a/m", "prompt": "a hat", "image": PNG})
    got = await served("decart", decart, "openai-images", *form, endpoints=[row])
    (made,) = json.loads(got.body)["data"]
    assert made["b64_json"] == base64.b64encode(PNG.data).decode()
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
    (sent,) = decart.requests
    assert (sent.path, sent.header("x-api-key")) == ("/v1/v1/generate/lucy-image-2", "none")
    assert sent_form(sent)["data"].data == PNG.data


async def test_a_film_is_sent_polled_and_fetched_and_its_length_is_not_known(decart):
    states = ("pending", "processing", "completed")
    told = (json.dumps({"job_id": "j-1", "status": status}).encode() for status in states)
    decart.script(*(Answer(raw=(one,)) for one in told), Answer(raw=(b"MP4",), content_type="video/mp4"))
    row = {"model": "a/m", "upstream": "lucy-2.6", "operations": ["video"], "price_usd": {"second": "0.1"}}
    mine = {"plugin": "decart", "name": "decart", "base_url": decart.base_url, "api_key": "k", "endpoints": [row]}
    film = "data:video/mp4;base64," + base64.b64encode(MP4.data).decode()
    async with AsyncClient({"providers": [mine]}) as client:
        job = await client.video("a/m", "a hat", duration=5, input_reference=film)
        assert (job.status, job.usage) == ("pending", None)
        assert (await client.video_state(job)).status == "in_progress"
        assert (await client.video_state(job)).status == "completed"
        assert b"".join([piece async for piece in client.video_content(job)]) == b"MP4"
    sent = decart.requests
    assert [one.path for one in sent] == [
        "/v1/v1/jobs/lucy-2.6", *["/v1/v1/jobs/j-1"] * 2, "/v1/v1/jobs/j-1/content",
    ]  # fmt: skip
    assert {one.header("x-api-key") for one in sent} == {"k"}
    assert sent_form(sent[0])["data"].data == MP4.data
