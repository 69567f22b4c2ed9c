"""Async's formats, and the package at work: what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_asyncai.speech import AsyncSpeech
from crossroads_asyncai.transcription import AsyncTranscription
from crossroads_openai_speech import OpenAISpeech

from crossroads import multipart
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(AsyncSpeech)
TestTranscription = dialect_conformance(AsyncTranscription, "vectors/transcription")

SPEAKS, OPENAI = AsyncSpeech(), OpenAISpeech()
OWN = {
    "transcript": "Hi",
    "voice": {"mode": "id", "id": "e0f39dc4"},
    "model_id": "m",
    "output_format": {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 44100},
    "language": "de",
    "stability": 30,
}
WAV = b"RIFF\x24\x00\x01\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "v", **fields}).encode()
    return SPEAKS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


def test_its_own_body_is_read_and_written_the_same():
    opened = SPEAKS.open(json.dumps(OWN).encode())
    assert SPEAKS.splice_request(opened, url="u", upstream="m").document == OWN


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "flac"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told_and_its_tempo_has_one():
    draft = drafted(instructions="whisper", speed=1.5)
    assert [lost.field for lost in draft.lost] == ["instructions"]
    assert draft.document["speed_control"] == 1.5


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
        row = {"model": "a/m", "upstream": "m", "operations": ["speech"], "price_usd": {"character": "0.00001"}}
        body = json.dumps({"model": "a/m", "input": "Grüß", "voice": "v"}).encode()
        got = await served("asyncai", upstream, "openai-speech", body, endpoints=[row])
        sent = upstream.requests[0]
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    assert sent.path.endswith("/text_to_speech")
    assert (sent.header("x-api-key"), sent.header("version")) == ("none", "v1")
    assert sent.json == {
        "transcript": "Grüß",
        "voice": {"mode": "id", "id": "v"},
        "model_id": "m",
        "output_format": {"container": "mp3", "sample_rate": 44100},
    }


async def test_a_transcript_is_counted_by_what_its_sound_says():
    sound = File(data=WAV + b"data\x80\x3e\x00\x00" + bytes(16000), filename="a.wav", content_type="audio/wav")
    row = {"model": "a/m", "upstream": "m", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b'{"text": "Hi there."}',)))
        form = multipart.encode_form({"model": "a/m", "file": sound, "language": "de", "response_format": "text"})
        got = await served("asyncai", upstream, "openai-transcription", *form, endpoints=[row])
        sent = upstream.requests[0]
    assert got.body == b"Hi there.\n"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=1, quality="estimated"), 100_000)
    assert (sent.path, sent.header("version")) == ("/v1/speech_to_text", "v1")
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert fields == {"file": sound, "model_id": "m", "language": "de"}
