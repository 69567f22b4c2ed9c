"""Neuphonic's speech: what goes out, sound in events, what is billed."""

import json

import pytest
from crossroads_neuphonic.speech import NeuphonicSpeech
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads.errors import BadUpstream, StreamCut, Unsupported, UpstreamError
from crossroads.sse import EventReader
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.testing.spoken import spoken
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(NeuphonicSpeech)

SPEAKS = NeuphonicSpeech()
EVENTS = (
    b'event: message\ndata: {"status_code": 200, "data": {"audio": "AAE=", "text": "Hi"}}\n\n'
    b'event: message\ndata: {"status_code": 200, "data": {"audio": "AgM="}}\n\n'
)
SOUND = b"\0\1\2\3"
ROW = {"model": "a/m", "upstream": "tts", "operations": ["speech"], "price_usd": {"character": "0.00001"}}


def test_the_language_stands_in_the_address():
    draft = spoken(SPEAKS, speed=1.5, lang_code="es")
    assert draft.url == "u/es"
    voiced = {"text": "Hi", "voice_id": "v", "encoding": "pcm_linear", "speed": 1.5}
    assert draft.document == {"lang_code": "es", "sampling_rate": 24000, **voiced}


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "mp3"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        spoken(SPEAKS, **fields)


@settings(deadline=None)
@given(st.integers(0, len(EVENTS)))
def test_any_split_gives_the_same_sound(at):
    decoder = SPEAKS.decode_stream()
    pieces = [*decoder.feed(EVENTS[:at]), *decoder.feed(EVENTS[at:]), *decoder.close(framed=True)]
    assert [one["audio"] for one in pieces] == ["AAE=", "AgM="]


def test_a_cut_stream_is_never_whole_and_an_error_in_it_is_one():
    decoder = SPEAKS.decode_stream()
    decoder.feed(EVENTS)
    with pytest.raises(StreamCut):
        decoder.close(framed=False)
    with pytest.raises(StreamCut):
        SPEAKS.decode_response(EVENTS[:-9])
    with pytest.raises(UpstreamError):
        SPEAKS.decode_response(b'data: {"status_code": 400, "errors": ["no such voice"]}\n\n')


@pytest.mark.parametrize("body", [b"data: 5\n\n", b'data: {"data": {"audio": "*"}}\n\n', b"data: {\n\n"])
def test_what_is_no_sound_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        SPEAKS.decode_response(body)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_of_openai_is_heard_and_pays_by_the_character(stream):
    asked = {"model": "a/m", "input": "Grüß", "voice": "v", "response_format": "pcm"}
    body = json.dumps(asked | ({"stream_format": "sse"} if stream else {})).encode()
    told = [Answer(raw=(EVENTS,), content_type="text/event-stream")]
    got, [sent] = await answered("neuphonic", told, "openai-speech", body, endpoints=[ROW])
    if stream:
        events = [json.loads(one.data) for one in EventReader().feed(got.body)]
        assert [one["audio"] for one in events if "audio" in one] == ["AAE=", "AgM="]
    else:
        assert (got.body, got.headers[b"content-type"]) == (SOUND, b"audio/pcm")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    assert sent.path.endswith("/sse/speak/en")
    assert sent.header("x-api-key") == "none"
