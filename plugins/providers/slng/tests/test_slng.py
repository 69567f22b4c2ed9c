"""SLNG's formats, and the package at work: what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_slng.speech import SlngSpeech
from crossroads_slng.transcription import SlngTranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, UpstreamError
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, speech_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.spoken import spoken
from crossroads.testing.upstream import ScriptedProvider

TestSpeech = speech_conformance(
    SlngSpeech,
    "slng",
    own={"text": "Hi", "voice": "aura-2-thalia-en"},
    path="/v1/bridges/unmute/tts/slng/deepgram/aura:2-en",
    sent={"text": "Grüß", "voice": "v"},
    upstream="slng/deepgram/aura:2-en",
    answer=Answer(raw=(b"RIFF\0",), content_type="audio/wav"),
    heard=(b"RIFF\0", b"audio/wav"),
)
TestTranscription = dialect_conformance(SlngTranscription, "vectors/transcription")

SPEAKS, HEARS = SlngSpeech(), SlngTranscription()


def channel(*texts, **more):
    return {"alternatives": [{"transcript": text} for text in texts], **more}


def test_a_format_that_was_asked_for_is_told_to_be_the_models_choice():
    assert [lost.field for lost in spoken(SPEAKS, response_format="wav", speed=1.5).lost] == [
        "speed",
        "response_format",
    ]
    assert spoken(SPEAKS).lost == []


def test_a_document_is_no_sound():
    with pytest.raises(UpstreamError):
        SPEAKS.decode_response(b'{"audioContent": "SUQz"}')


def test_the_likeliest_reading_of_each_channel_is_the_text():
    told = {"results": {"channels": [channel("Hi", "High"), channel("there", detected_language="en")]}}
    reply = HEARS.decode_response(json.dumps(told).encode())
    assert reply.document == {"text": "Hi\nthere", "language": "en"}


def test_silence_is_a_text_and_no_channel_is_none():
    assert HEARS.decode_response(json.dumps({"results": {"channels": [channel("")]}}).encode()).document["text"] == ""
    for told in ({"results": 5}, {"results": {"channels": []}}, {"results": {"channels": [1]}}, {"text": 5}, {}):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(json.dumps(told).encode())


async def test_a_sound_goes_out_as_a_form_to_the_models_own_address():
    sound = File(data=b"ID3\4", filename="a.mp3", content_type="audio/mpeg")
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b'{"text": "Hi.", "language": "en"}',)))
        form = {"model": "openai/whisper-large-v3", "file": sound, "language": "en", "response_format": "text"}
        got = await served("slng", upstream, "openai-transcription", *multipart.encode_form(form))
        sent = upstream.requests[0]
    assert got.body == b"Hi.\n"
    assert sent.path.endswith("/v1/stt/slng/openai/whisper:large-v3")
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert fields == {"audio": sound, "language": "en"}
