"""Cartesia's formats, both sides, and the package at work."""

import json

import pytest
from crossroads_cartesia.speech import CartesiaSpeech
from crossroads_cartesia.transcription import CartesiaTranscription
from crossroads_openai_speech import OpenAISpeech

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(CartesiaSpeech)
TestTranscription = dialect_conformance(CartesiaTranscription, "vectors/transcription")

SPEAKS, HEARS = CartesiaSpeech(), CartesiaTranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
MP3 = {"container": "mp3", "bit_rate": 128000, "sample_rate": 44100}


def spoken(**fields):
    request = OpenAISpeech().decode_request(OpenAISpeech().open(json.dumps({"input": "Hi", **fields}).encode()))
    return SPEAKS.encode_request(request, url="u", upstream="sonic-3", stream=False)


def test_openais_words_become_cartesias():
    draft = spoken(voice="v", speed=1.1, language="de")
    assert draft.document == {
        "transcript": "Hi", "model_id": "sonic-3", "voice": {"mode": "id", "id": "v"}, "output_format": MP3,
        "generation_config": {"speed": 1.1}, "language": "de",
    }  # fmt: skip
    for fields in ({}, {"voice": "v", "response_format": "opus"}):
        with pytest.raises(Unsupported):
            spoken(**fields)


def test_its_own_request_is_read_and_written_the_same():
    for form in (MP3, {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 8000}):
        body = {
            "transcript": "Hi", "model_id": "sonic-3", "voice": {"mode": "id", "id": "v"}, "output_format": form,
            "generation_config": {"speed": 1.5, "emotion": "calm"},
        }  # fmt: skip
        opened = SPEAKS.open(json.dumps(body).encode())
        assert (opened.models, opened.usage) == (("sonic-3",), Usage(characters=2))
        assert SPEAKS.splice_request(opened, url="u", upstream="sonic-3").document == body


def test_a_transcript_has_its_words_and_seconds():
    told = {"text": "Hi.", "language": "en", "duration": 1.2, "words": [{"word": "Hi.", "start": 0, "end": 1}]}
    reply = HEARS.decode_response(json.dumps(told).encode())
    assert reply.document == told
    assert reply.usage == Usage(seconds=2)
    laws.both_paths_reply_the_same(HEARS, json.dumps(told).encode())
    for body in (b"", b"{}", b'{"text": "a", "words": [1]}'):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(body)


async def test_a_client_of_openai_is_spoken_to():
    told = [Answer(raw=(b"ID3",), content_type="audio/mpeg")]
    got, [sent] = await answered(
        "cartesia", told, "openai-speech", b'{"model":"cartesia/sonic-3","input":"Hi","voice":"v"}'
    )
    assert got.body == b"ID3"
    assert (sent.path, sent.header("cartesia-version")) == ("/v1/tts/bytes", "2026-08-14")
    assert got.cost_nano is None  # no price is known, which is never 0


async def test_a_client_of_openai_is_heard():
    told = {"text": "Hi.", "duration": 1.2, "words": [{"word": "Hi.", "start": 0, "end": 1}]}
    form = multipart.encode_form({"model": "cartesia/ink-whisper", "file": SOUND, "response_format": "srt"})
    got, [sent] = await answered("cartesia", [told], "openai-transcription", *form)
    assert got.body == b"1\n00:00:00,000 --> 00:00:01,000\nHi.\n"
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert fields == {"model": "ink-whisper", "file": SOUND, "timestamp_granularities": ["word"]}
    assert got.call.attempt.usage == Usage(seconds=2)
