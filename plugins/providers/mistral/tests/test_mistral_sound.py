"""Mistral's sound: what it sends inside a document leaves as sound, and both are billed in their own units."""

import base64
import json

from crossroads.multipart import File, encode_form
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage


async def test_speech_leaves_as_sound_and_is_paid_by_the_character():
    told = json.dumps({"audio_data": base64.b64encode(b"ID3\0\xff").decode()}).encode()
    body = b'{"model": "mistralai/voxtral-mini-tts-3-0", "input": "Hello", "voice": "en_paul_neutral"}'
    got, _ = await answered("mistral", [Answer(raw=(told,))], "openai-speech", body)
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0\xff", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=5), 5 * 13_000)


async def test_a_transcript_is_paid_by_the_second():
    told = {"text": "Hi.", "segments": [], "usage": {"prompt_audio_seconds": 3, "prompt_tokens": 5}}
    form = encode_form({"model": "mistralai/voxtral-mini-2602", "file": File(data=b"RIFF")})
    got, _ = await answered("mistral", [told], "openai-transcription", *form)
    assert json.loads(got.body)["usage"]["cost"] == 0.00015
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=3), 150_000)
