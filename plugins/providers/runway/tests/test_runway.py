"""Runway's images and speech: what goes out, how its tasks are asked for, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_openai_speech import OpenAISpeech
from crossroads_runway.images import RunwayImages
from crossroads_runway.speech import RunwaySpeech

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import QuickClock, dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(RunwayImages, "vectors/images")
TestSpeech = dialect_conformance(RunwaySpeech, "vectors/speech")

DRAWS, SPEAKS, OPENAI = RunwayImages(), RunwaySpeech(), OpenAIImages()
URL = "https://api.dev.runwayml.com/v1/text_to_image"
PNG = b"\x89PNG\0\xff"


def drafted(upstream="gen4_image", **fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return DRAWS.encode_request(request, url=URL, upstream=upstream, stream=False)


def spoken(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "Maya", **fields}).encode()
    request = OpenAISpeech().decode_request(OpenAISpeech().open(body))
    return SPEAKS.encode_request(request, url="u", upstream="eleven_v3", stream=False)


def told(**task):
    return json.dumps({"id": "t-1", "createdAt": "2026-11-25T12:00:00Z", **task}).encode()


def test_a_size_is_a_ratio_and_sources_are_references():
    draft = drafted(size="1920x1080", n=1, seed=7, image="https://a.example/a.png", style="vivid")
    assert draft.document == {
        "promptText": "a cat", "model": "gen4_image", "ratio": "1920:1080", "seed": 7,
        "referenceImages": [{"uri": "https://a.example/a.png"}],
    }  # fmt: skip
    assert [lost.field for lost in draft.lost] == ["style"]


@pytest.mark.parametrize(("upstream", "ratio"), [("gen4_image", "1024:1024"), ("gpt_image_2", "auto")])
def test_a_size_that_nobody_named_is_told(upstream, ratio):
    draft = drafted(upstream, n=2)
    assert draft.document == {"promptText": "a cat", "model": upstream, "ratio": ratio, "outputCount": 2}
    assert [(lost.field, lost.how) for lost in draft.lost] == [("size", "emulated")]


@pytest.mark.parametrize("fields", [{"mask": "https://a.example/m.png"}, {"n": 2, "response_format": "b64_json"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_a_voice_is_a_preset_and_what_speech_has_no_word_for_is_told():
    draft = spoken(speed=1.1, instructions="whisper")
    assert draft.document == {
        "promptText": "Hi", "model": "eleven_v3", "voice": {"presetId": "Maya", "type": "runway-preset"}, "speed": 1.1,
    }  # fmt: skip
    assert [lost.field for lost in draft.lost] == ["instructions"]


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "wav"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        spoken(**fields)


@pytest.mark.parametrize("dialect", [DRAWS, SPEAKS])
@pytest.mark.parametrize("task", [{}, {"status": "PENDING"}, {"status": "THROTTLED"}, {"status": "NEWLY_NAMED"}])
def test_a_task_is_asked_for_until_it_ends(dialect, task):
    step = dialect.step(told(**task), OPENAI.decode_request(OPENAI.open(b'{"prompt": "a"}')), url=URL, upstream="m")
    assert (step.url, step.bare) == ("https://api.dev.runwayml.com/v1/tasks/t-1", False)


@pytest.mark.parametrize("dialect", [DRAWS, SPEAKS])
@pytest.mark.parametrize(
    ("task", "code"),
    [
        ({"failure": "refused", "failureCode": "SAFETY.INPUT.TEXT"}, "content_policy_violation"),
        ({"failure": "broke", "failureCode": "INTERNAL.BAD_OUTPUT.CODE01"}, "provider_unavailable"),
        ({}, "provider_unavailable"),
    ],
)
def test_a_task_that_failed_says_why(dialect, task, code):
    with pytest.raises(UpstreamRefused, match=task.get("failure", "no reason")) as caught:
        dialect.step(told(status="FAILED", **task), None, url=URL, upstream="m")
    assert caught.value.code == code


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": "../x"}', b'{"status": "SUCCEEDED"}'])
def test_what_is_no_task_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)
    with pytest.raises(BadUpstream):
        SPEAKS.step(body or b"{", None, url=URL, upstream="m")


def test_a_task_without_what_it_made_is_a_bad_upstream():
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(told(status="SUCCEEDED", output=[]))
    with pytest.raises(BadUpstream):
        SPEAKS.step(told(status="SUCCEEDED"), None, url=URL, upstream="m")


@pytest.fixture
async def runway():
    async with ScriptedProvider() as provider:
        yield provider


def scripted(provider, *tasks):
    provider.script(*(Answer(raw=(told(**task),)) for task in tasks))


async def test_a_client_of_openai_gets_the_addresses_and_pays_for_each_image(runway):
    scripted(runway, {}, {"status": "RUNNING", "progress": 0.5}, {"status": "SUCCEEDED", "output": ["https://x/a.png"]})
    body = b'{"model": "runway/gen4_image", "prompt": "a cat", "size": "1280x720"}'
    got = await served("runway", runway, "openai-images", body, clock=QuickClock())
    assert json.loads(got.body)["data"] == [{"url": "https://x/a.png"}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 50_000_000)
    assert [one.path for one in runway.requests] == ["/v1/v1/text_to_image", *["/v1/v1/tasks/t-1"] * 2]
    assert {one.header("authorization") for one in runway.requests} == {"Bearer none"}
    assert {one.header("x-runway-version") for one in runway.requests} == {"2024-11-06"}


async def test_who_wants_the_image_itself_gets_it_and_the_key_stays(runway):
    scripted(runway, {}, {"status": "SUCCEEDED", "output": [f"{runway.base_url}/a.png"]})
    runway.script(Answer(raw=(PNG,), content_type="image/png"))
    body = b'{"model": "runway/gen4_image", "prompt": "a cat", "response_format": "b64_json"}'
    got = await served("runway", runway, "openai-images", body, clock=QuickClock())
    assert json.loads(got.body)["data"] == [{"b64_json": base64.b64encode(PNG).decode(), "media_type": "image/png"}]
    assert runway.requests[-1].header("authorization") is None


async def test_speech_is_fetched_and_paid_by_the_character(runway):
    scripted(runway, {}, {"status": "SUCCEEDED", "output": [f"{runway.base_url}/a.mp3"]})
    runway.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
    body = json.dumps({"model": "elevenlabs/eleven_multilingual_v2", "input": "Grüß", "voice": "Maya"}).encode()
    got = await served("runway", runway, "openai-speech", body, clock=QuickClock())
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 800_000)
    assert [one.header("authorization") for one in runway.requests] == ["Bearer none", "Bearer none", None]
