"""Uplift AI's formats, and the package at work: what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_upliftai.speech import UpliftSpeech
from crossroads_upliftai.transcription import UpliftTranscription

from crossroads import multipart
from crossroads.errors import BadUpstream
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws, speech_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestSpeech = speech_conformance(
    UpliftSpeech,
    "upliftai",
    own={"text": "Hi", "voiceId": "v_8eelc901", "outputFormat": "WAV_22050_16", "phraseReplacementConfigId": "p"},
    path="/v1/synthesis/text-to-speech/stream",
    sent={"text": "Grüß", "voiceId": "v", "outputFormat": "MP3_22050_128"},
    refused=({"voice": ""}, {"input": ""}, {"response_format": "pcm"}),
)
TestTranscription = dialect_conformance(UpliftTranscription, "vectors/transcription")

HEARS = UpliftTranscription()


def test_its_transcript_stands_under_a_word_of_its_own():
    reply = HEARS.decode_response(b'{"transcript": "Hi"}')
    assert reply.document == {"text": "Hi"}
    assert json.loads(HEARS.encode_response(reply, laws.STAMP)) == {"transcript": "Hi"}
    with pytest.raises(BadUpstream):
        HEARS.decode_response(b'{"text": "Hi"}')


async def test_a_sound_goes_out_as_a_form_and_its_transcript_comes_back():
    sound = File(data=b"ID3\4", filename="a.mp3", content_type="audio/mpeg")
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=('{"transcript": "سلام"}'.encode(),)))
        form = multipart.encode_form(
            {"model": "upliftai/scribe", "file": sound, "language": "ur", "response_format": "text"}
        )
        got = await served("upliftai", upstream, "openai-transcription", *form)
        sent = upstream.requests[0]
    assert got.body.decode() == "سلام\n"
    assert sent.path == "/v1/transcribe/speech-to-text"
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert fields == {"file": sound, "model": "scribe", "language": "ur"}
