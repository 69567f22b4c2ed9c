"""Spitch's formats, and the package at work: what goes out, what comes back, what is counted."""

import pytest
from crossroads_spitch.speech import SpitchSpeech
from crossroads_spitch.transcription import SpitchTranscription

from crossroads import multipart
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, speech_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestSpeech = speech_conformance(
    SpitchSpeech,
    "spitch",
    own={"text": "Hi", "voice": "sade", "format": "ogg_opus", "language": "yo", "speed": 1.2},
    path="/v1/v1/speech",
    sent={"text": "Grüß", "voice": "sade", "format": "mp3"},
    upstream="tts",
    voice="sade",
    lost=("instructions",),
    refused=({"voice": ""}, {"input": ""}, {"response_format": "pcm"}),
)
TestTranscription = dialect_conformance(SpitchTranscription, "vectors/transcription")

HEARD = {"text": "Bawo ni.", "segments": [{"text": "Bawo ni.", "start": 0.0, "end": 1.9}]}


@pytest.mark.parametrize(("own", "sent_as"), [({}, "sentence"), ({"timestamp": "word"}, "word")])
async def test_a_transcript_has_times_and_is_paid_by_the_second(own, sent_as):
    sound = File(data=b"ID3\4", filename="a.mp3", content_type="audio/mpeg")
    row = {"model": "a/m", "upstream": "mansa_v1", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    form = {"model": "a/m", "file": sound, "language": "yo", "response_format": "vtt", **own}
    told = [HEARD]
    got, [sent] = await answered("spitch", told, "openai-transcription", *multipart.encode_form(form), endpoints=[row])
    assert got.body.decode() == "WEBVTT\n\n00:00:00.000 --> 00:00:01.900\nBawo ni.\n"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=2, quality="estimated"), 200_000)
    assert sent.path == "/v1/v1/transcriptions"
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert fields == {"content": sound, "model": "mansa_v1", "language": "yo", "timestamp": sent_as}
