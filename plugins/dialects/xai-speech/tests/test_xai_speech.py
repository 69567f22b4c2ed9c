"""xAI's sound: what goes out, what comes back, what is billed."""

import json

import pytest
from crossroads_openai_speech import OpenAISpeech
from crossroads_xai_speech import XAISpeech, XAITranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(XAISpeech)
TestTranscription = dialect_conformance(XAITranscription, "vectors")

SPEAKS, HEARS = XAISpeech(), XAITranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")


def spoken(**fields):
    request = OpenAISpeech().decode_request(OpenAISpeech().open(json.dumps({"input": "Hi", **fields}).encode()))
    return SPEAKS.encode_request(request, url="u", upstream="tts", stream=False).document


def test_openais_words_become_xais():
    assert spoken() == {"text": "Hi", "language": "auto"}
    assert spoken(voice="eve", response_format="pcm", language="de") == {
        "text": "Hi", "language": "de", "voice_id": "eve", "output_format": {"codec": "pcm", "sample_rate": 24000},
    }  # fmt: skip
    with pytest.raises(Unsupported):
        spoken(response_format="aac")


def test_its_own_request_is_read_and_written_the_same():
    body = {"text": "Hi", "language": "en", "voice_id": "ara", "output_format": {"codec": "wav"}}
    opened = SPEAKS.open(json.dumps(body).encode())
    assert opened.usage == Usage(characters=2)
    assert SPEAKS.splice_request(opened, url="u", upstream="tts").document == body


def test_the_sound_is_the_last_part_of_the_form():
    body, kind = multipart.encode_form({"file": SOUND, "language": "en", "diarize": "true"})
    draft = HEARS.splice_request(HEARS.open(body, {"content_type": kind}), url="u", upstream="stt")
    assert list(draft.document) == ["language", "diarize", "file"]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"text": 5}', b'{"text": "a", "words": [{"text": 1}]}'])
def test_what_is_no_transcript_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(body)


async def test_a_client_of_openai_is_heard():
    told = {"text": "Hi.", "duration": 1.2, "words": [{"text": "Hi.", "start": 0, "end": 1, "speaker": 0}]}
    row = {"model": "x-ai/stt", "upstream": "stt", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(told).encode(),)))
        form = multipart.encode_form({"model": "x-ai/stt", "file": SOUND, "response_format": "srt"})
        got = await served("xai", upstream, "openai-transcription", *form, endpoints=[row])
        assert upstream.requests[0].path == "/v1/stt"
    assert got.body == b"1\n00:00:00,000 --> 00:00:01,000\nHi.\n"
    assert got.cost_nano == 200_000
