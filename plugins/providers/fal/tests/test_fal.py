"""fal's images and transcripts: what goes out, how its queue is asked, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_fal.images import FalImages
from crossroads_fal.transcription import FalTranscription
from crossroads_openai_images import OpenAIImages

from crossroads import multipart
from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.multipart import File
from crossroads.sse import EventReader
from crossroads.testing import QuickClock, dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(FalImages, "vectors/images")
TestTranscription = dialect_conformance(FalTranscription, "vectors/transcription")

DRAWS, HEARS, OPENAI = FalImages(), FalTranscription(), OpenAIImages()
URL = "https://queue.fal.run/fal-ai/flux/dev"
PNG = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
DATA_URL = "data:image/png;base64," + base64.b64encode(PNG.data).decode()
MADE = {"images": [{"url": "https://fal.media/a.png", "content_type": "image/jpeg"}, {"url": DATA_URL}], "seed": 7}
HEARD = {"text": "Hi.", "chunks": [{"timestamp": [0, 1.5], "text": "Hi."}], "languages": ["en"]}
WIZPER = {
    "model": "a/wizper",
    "upstream": "fal-ai/wizper",
    "operations": ["transcription"],
    "price_usd": {"second": "0.0001"},
}


def drafted(**fields):
    body, kind = multipart.encode_form({"prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url=URL, upstream="fal-ai/flux/dev", stream=False).document


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"size": "512x768", "n": 2}, {"image_size": {"width": 512, "height": 768}, "num_images": 2}),
        ({"response_format": "b64_json"}, {"sync_mode": True}),
        ({"response_format": "base64"}, {"response_format": "base64"}),
        ({"image": PNG, "mask": PNG}, {"image_url": DATA_URL, "mask_url": DATA_URL}),
        ({"image": [PNG, PNG]}, {"image_urls": [DATA_URL, DATA_URL]}),
    ],
)
def test_openais_words_become_fals(fields, sent):
    assert drafted(**fields) == {"prompt": "a cat", **sent}


@pytest.mark.parametrize(
    "fields",
    [
        {"image_size": {"width": 512, "height": 512}, "num_images": 2, "sync_mode": True},
        {"image_size": "square_hd", "image_url": "https://x/a.png", "loras": [{"path": "p", "scale": 1}]},
        {"image_urls": ["https://x/a.png"]},
    ],
)
def test_its_own_request_is_read_and_written_the_same(fields):
    body = json.dumps({"prompt": "a cat", **fields}).encode()
    assert DRAWS.splice_request(DRAWS.open(body), url=URL, upstream="m").document == json.loads(body)


def test_images_are_addresses_or_what_is_in_them():
    reply = DRAWS.decode_response(json.dumps(MADE).encode())
    assert reply.document["data"] == [
        {"url": "https://fal.media/a.png", "media_type": "image/jpeg"},
        {"b64_json": DATA_URL.partition(",")[2], "media_type": "image/png"},
    ]
    assert reply.usage == Usage(images=2)
    laws.both_paths_reply_the_same(DRAWS, json.dumps(MADE).encode())


def test_a_transcript_has_segments_and_an_estimate_of_its_seconds():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document["segments"] == [{"id": 0, "start": 0, "end": 1.5, "text": "Hi."}]
    assert reply.usage == Usage(seconds=2, quality="estimated")
    laws.both_paths_reply_the_same(HEARS, json.dumps(HEARD).encode())


@pytest.mark.parametrize("body", [b"", b"{}", b'{"images":[]}', b'{"images":[{}]}', b'{"text":"a","chunks":[5]}'])
def test_what_is_no_reply_is_a_bad_upstream(body):
    for dialect in (DRAWS, HEARS):
        with pytest.raises(BadUpstream):
            dialect.decode_response(body)


def test_a_job_that_failed_is_refused():
    told = {"status": "COMPLETED", "request_id": "r", "response_url": "https://x", "error": "boom"}
    with pytest.raises(UpstreamRefused, match="boom"):
        DRAWS.step(json.dumps(told).encode(), None, url=URL, upstream="m")


@pytest.fixture
async def fal():
    async with ScriptedProvider() as provider:
        yield provider


def queue(provider, result):
    """What the queue says, from the submission to the result."""
    at = f"{provider.base_url}/requests/r"
    states = [
        {"status": state, "request_id": "r", "status_url": f"{at}/status", "response_url": at} for state in STATES
    ]
    return [Answer(raw=(json.dumps(told).encode(),)) for told in (*states, result)]


STATES = ("IN_QUEUE", "IN_PROGRESS", "COMPLETED")


async def test_images_go_through_the_queue_and_each_is_paid(fal):
    fal.script(*queue(fal, MADE))
    body = b'{"model": "black-forest-labs/flux-schnell", "prompt": "a cat", "n": 2}'
    got = await served("fal", fal, "openai-images", body, clock=QuickClock())
    assert len(json.loads(got.body)["data"]) == 2
    paths = [one.path for one in fal.requests]
    assert paths == ["/v1/fal-ai/flux/schnell", *["/v1/requests/r/status"] * 2, "/v1/requests/r"]
    assert {one.header("authorization") for one in fal.requests} == {"Key none"}
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=2), 6_000_000)


async def test_a_transcript_goes_through_the_queue(fal):
    fal.script(*queue(fal, HEARD))
    form = multipart.encode_form({"model": "a/wizper", "file": File(data=b"ID3", content_type="audio/mpeg")})
    got = await served("fal", fal, "openai-transcription", *form, endpoints=[WIZPER], clock=QuickClock())
    assert json.loads(got.body)["text"] == "Hi."
    assert fal.requests[0].json == {"audio_url": "data:audio/mpeg;base64,SUQz"}
    assert got.cost_nano == 200_000


async def test_a_client_that_asked_for_a_stream_gets_one(fal):
    fal.script(*queue(fal, {"images": [{"url": DATA_URL}]}))
    body = b'{"model": "black-forest-labs/flux-schnell", "prompt": "a cat", "stream": true}'
    got = await served("fal", fal, "openai-images", body, clock=QuickClock())
    assert fal.requests[0].json == {"prompt": "a cat", "sync_mode": True}
    (event,) = EventReader().feed(got.body)
    told = json.loads(event.data)
    assert (told["type"], told["b64_json"]) == ("image_generation.completed", DATA_URL.partition(",")[2])
    assert told["usage"]["cost"] == 0.003
    assert got.cost_nano == 3_000_000
