"""Gemini's speech: what goes out, samples and WAV files back, what is billed."""

import base64
import io
import json
import wave

import pytest
from crossroads_google_speech import GoogleSpeech
from crossroads_openai_speech import OpenAISpeech
from google.genai import types

from crossroads.errors import BadUpstream, Unsupported
from crossroads.sse import EventReader
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(GoogleSpeech)

SPEAKS = GoogleSpeech()
SAMPLES = bytes(range(100))
BLOB = {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": base64.b64encode(SAMPLES).decode()}
USED = {
    "promptTokenCount": 4, "candidatesTokenCount": 25, "totalTokenCount": 29,
    "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 25}],
}  # fmt: skip
SPOKEN = {"candidates": [{"content": {"parts": [{"inlineData": BLOB}]}}], "usageMetadata": USED}


def drafted(stream=False, **fields):
    request = OpenAISpeech().decode_request(OpenAISpeech().open(json.dumps({"input": "Hi", **fields}).encode()))
    return SPEAKS.encode_request(request, url="u", upstream="m", stream=stream)


def test_the_text_is_a_message_and_its_manner_stands_before_it():
    draft = drafted(voice="Kore", instructions="Whisper.", speed=2)
    assert draft.document["contents"] == [{"role": "user", "parts": [{"text": "Whisper.\n\nHi"}]}]
    config = types.GenerateContentConfig.model_validate(draft.document["generationConfig"])
    assert config.speech_config.voice_config.prebuilt_voice_config.voice_name == "Kore"
    assert {(lost.field, lost.how) for lost in draft.lost} == {("instructions", "emulated"), ("speed", "dropped")}


@pytest.mark.parametrize(
    "fields",
    [{}, {"voice": "Kore", "response_format": "mp3"}, {"voice": "Kore", "stream": True, "response_format": "wav"}],
)
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_its_own_request_is_read_and_written_the_same():
    body = drafted(voice="Kore").document
    opened = SPEAKS.open(json.dumps(body).encode(), {"model": "google/m"})
    assert (opened.models, opened.usage) == (("google/m",), Usage(characters=2))
    assert SPEAKS.splice_request(opened, url="u", upstream="m").document == body


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"candidates": [{"content": {"parts": [{"inlineData": {"data": "!"}}]}}]}']
)
def test_what_is_no_sound_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        SPEAKS.decode_response(body)


async def spoken(**fields):
    asked = {"model": "google/gemini-2.5-flash-preview-tts", "input": "Hi", "voice": "Kore", **fields}
    got, _ = await answered("google-ai-studio", [SPOKEN], "openai-speech", json.dumps(asked).encode())
    assert got.status == 200, got.body
    assert got.cost_nano == 4 * 500 + 25 * 10_000
    return got


async def test_samples_come_in_a_wav_file():
    got = await spoken()
    assert got.headers[b"content-type"] == b"audio/wav"
    with wave.open(io.BytesIO(got.body)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24000, 1, 2)
        assert file.readframes(1000) == SAMPLES


async def test_who_wants_samples_gets_them():
    got = await spoken(response_format="pcm")
    assert got.body == SAMPLES
    assert got.headers[b"content-type"].startswith(b"audio/L16")


async def test_events_have_samples():
    got = await spoken(response_format="pcm", stream_format="sse")
    told = [json.loads(event.data) for event in EventReader().feed(got.body)]
    assert base64.b64decode(told[0]["audio"]) == SAMPLES
    assert told[1]["usage"]["output_tokens"] == 25
