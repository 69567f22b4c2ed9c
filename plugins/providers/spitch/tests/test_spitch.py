"""Spitch's formats, and the package at work: what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_openai_speech import OpenAISpeech
from crossroads_spitch.speech import SpitchSpeech
from crossroads_spitch.transcription import SpitchTranscription

from crossroads import multipart
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(SpitchSpeech)
TestTranscription = dialect_conformance(SpitchTranscription, "vectors/transcription")

SPEAKS, OPENAI = SpitchSpeech(), OpenAISpeech()
OWN = {"text": "Hi", "voice": "sade", "format": "ogg_opus", "language": "yo", "speed": 1.2}
HEARD = {"text": "Bawo ni.", "segments": [{"text": "Bawo ni.", "start": 0.0, "end": 1.9}]}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "v", **fields}).encode()
    return SPEAKS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


def test_its_own_body_is_read_and_written_the_same():
    opened = SPEAKS.open(json.dumps(OWN).encode())
    assert SPEAKS.splice_request(opened, url="u", upstream="m").document == OWN


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "pcm"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told():
    assert [lost.field for lost in drafted(instructions="whisper", speed=1.5).lost] == ["instructions"]


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
        row = {"model": "a/m", "upstream": "tts", "operations": ["speech"], "price_usd": {"character": "0.00001"}}
        body = json.dumps({"model": "a/m", "input": "Grüß", "voice": "sade"}).encode()
        got = await served("spitch", upstream, "openai-speech", body, endpoints=[row])
        sent = upstream.requests[0]
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    assert (sent.path, sent.header("authorization")) == ("/v1/v1/speech", "Bearer none")
    assert sent.json == {"text": "Grüß", "voice": "sade", "format": "mp3"}


@pytest.mark.parametrize(("own", "sent_as"), [({}, "sentence"), ({"timestamp": "word"}, "word")])
async def test_a_transcript_has_times_and_is_paid_by_the_second(own, sent_as):
    sound = File(data=b"ID3\4", filename="a.mp3", content_type="audio/mpeg")
    row = {"model": "a/m", "upstream": "mansa_v1", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(HEARD).encode(),)))
        form = {"model": "a/m", "file": sound, "language": "yo", "response_format": "vtt", **own}
        got = await served("spitch", upstream, "openai-transcription", *multipart.encode_form(form), endpoints=[row])
        sent = upstream.requests[0]
    assert got.body.decode() == "WEBVTT\n\n00:00:00.000 --> 00:00:01.900\nBawo ni.\n"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=2, quality="estimated"), 200_000)
    assert sent.path == "/v1/v1/transcriptions"
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert fields == {"content": sound, "model": "mansa_v1", "language": "yo", "timestamp": sent_as}
