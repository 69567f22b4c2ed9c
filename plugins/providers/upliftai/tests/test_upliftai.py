"""Uplift AI's formats, and the package at work: what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_openai_speech import OpenAISpeech
from crossroads_upliftai.speech import UpliftSpeech
from crossroads_upliftai.transcription import UpliftTranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(UpliftSpeech)
TestTranscription = dialect_conformance(UpliftTranscription, "vectors/transcription")

SPEAKS, HEARS, OPENAI = UpliftSpeech(), UpliftTranscription(), OpenAISpeech()
OWN = {"text": "Hi", "voiceId": "v_8eelc901", "outputFormat": "WAV_22050_16", "phraseReplacementConfigId": "p"}


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
    assert [lost.field for lost in drafted(instructions="whisper", speed=1.5).lost] == ["instructions", "speed"]


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
        row = {"model": "a/m", "upstream": "tts", "operations": ["speech"], "price_usd": {"character": "0.00001"}}
        body = json.dumps({"model": "a/m", "input": "سلام", "voice": "v"}).encode()
        got = await served("upliftai", upstream, "openai-speech", body, endpoints=[row])
        sent = upstream.requests[0]
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    assert (sent.path, sent.header("authorization")) == ("/v1/synthesis/text-to-speech/stream", "Bearer none")
    assert sent.json == {"text": "سلام", "voiceId": "v", "outputFormat": "MP3_22050_128"}


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
