"""Soniox' formats, and the package at work: what goes out, how a job is asked for, what is billed."""

import json

import pytest
from crossroads_soniox.speech import SonioxSpeech
from crossroads_soniox.transcription import SonioxTranscription

from crossroads import multipart
from crossroads.clock import SystemClock
from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws, speech_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.spoken import spoken
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = speech_conformance(
    SonioxSpeech,
    "soniox",
    own={"text": "Hi", "voice": "Adrian", "model": "m", "audio_format": "wav", "language": "de", "bitrate": 64000},
    path="/tts",
    sent={"text": "Grüß", "voice": "v", "model": "tts-rt-v2", "audio_format": "mp3", "language": "en"},
    upstream="tts-rt-v2",
    lost=("instructions", "language"),
)
TestTranscription = dialect_conformance(SonioxTranscription, "vectors/transcription")

SPEAKS, HEARS = SonioxSpeech(), SonioxTranscription()
URL = "https://api.soniox.com/v1/transcriptions"
JOB = {"id": "j/1", "status": "queued", "filename": "a.wav", "model": "stt-async-v5"}


class Quick(SystemClock):
    async def sleep(self, seconds):
        """Not slept."""


def token(text, start, end, **more):
    return {"text": text, "start_ms": start, "end_ms": end, **more}


def heard(*tokens):
    return HEARS.decode_response(json.dumps({"id": "j", "text": "", "tokens": tokens}).encode())


def test_a_tempo_and_a_language_have_words():
    document = spoken(SPEAKS, speed=1.5, language="de").document
    assert (document["speed"], document["language"]) == (1.5, "de")


def test_samples_come_at_the_rate_of_openai():
    assert spoken(SPEAKS, response_format="pcm").document["sample_rate"] == 24000
    assert "sample_rate" not in spoken(SPEAKS, response_format="wav").document


def test_tokens_are_put_together_to_words():
    spoken = [token("Hi", 100, 400), token(" the", 500, 700), token("re", 700, 1150), token(".", 1150, 1200)]
    reply = heard(*spoken, token(" Hallo", 0, 0) | {"start_ms": None, "translation_status": "translation"})
    assert reply.document["words"] == [
        {"word": "Hi", "start": 0.1, "end": 0.4},
        {"word": "there.", "start": 0.5, "end": 1.2},
    ]
    assert reply.usage == Usage(seconds=2, quality="estimated")


def test_a_speaker_a_space_of_its_own_and_a_script_without_spaces_begin_a_word():
    said = [token("Yes", 0, 100, speaker="1"), token("no", 200, 300, speaker="2")]
    assert [word["word"] for word in heard(*said).document["words"]] == ["Yes", "no"]
    said = [
        token("a", 0, 100),
        token(" ", 100, 110),
        token("b", 110, 200),
        token("世", 200, 300),
        token("界。", 300, 400),
    ]
    assert [word["word"] for word in heard(*said).document["words"]] == ["a", "b", "世", "界。"]


def test_a_language_is_told_where_there_is_one():
    assert heard(token("Hi", 0, 1, language="en")).document["language"] == "en"
    assert "language" not in heard(token("Hi", 0, 1, language="en"), token(" ça", 1, 2, language="fr")).document


def test_what_was_heard_can_be_written_again():
    spoken = [token("Hi", 100, 400, speaker="1", language="en"), token(" you", 500, 700, speaker="1", language="en")]
    body = HEARS.encode_response(heard(*spoken), laws.STAMP)
    assert json.loads(body)["tokens"] == spoken


def test_a_sound_with_an_address_is_not_uploaded():
    body = {"audio_url": "https://x/a.mp3", "model": "stt-async-v5", "language_hints": ["en"], "context": {"text": "x"}}
    draft = HEARS.splice_request(HEARS.open(json.dumps(body).encode()), url=URL, upstream="stt-async-v5")
    assert (draft.url, draft.document) == (URL, body)


def test_a_job_that_failed_says_why_and_nonsense_is_refused():
    with pytest.raises(UpstreamRefused, match="no audio"):
        HEARS.decode_response(b'{"id": "j", "status": "error", "error_message": "no audio"}')
    for body in (b"", b"{}", b'{"text": 5}', b'{"text": "", "tokens": [1]}', b'{"text": "", "tokens": [{"text": 1}]}'):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(body)


async def test_a_sound_is_uploaded_submitted_asked_for_and_fetched():
    spoken = [token("Hi", 100, 400), token(" there.", 500, 1200)]
    told = (
        {"id": "f1", "filename": "a.wav", "size": 6},
        JOB,
        {**JOB, "status": "processing"},
        {**JOB, "status": "completed", "audio_duration_ms": 1500},
        {"id": "j/1", "text": "Hi there.", "tokens": spoken},
    )
    sound = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
    fields = {
        "model": "soniox/stt-async-v5",
        "file": sound,
        "language": "en",
        "prompt": "greetings",
        "enable_speaker_diarization": "true",
        "response_format": "vtt",
    }
    async with ScriptedProvider() as upstream:
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in told))
        form = multipart.encode_form(fields)
        got = await served("soniox", upstream, "openai-transcription", *form, clock=Quick())
        sent = upstream.requests
    assert got.body.decode() == "WEBVTT\n\n00:00:00.100 --> 00:00:01.200\nHi there.\n"
    job = "/v1/v1/transcriptions/j%2F1"
    assert [one.path for one in sent] == ["/v1/v1/files", "/v1/v1/transcriptions", job, job, f"{job}/transcript"]
    assert multipart.open_form(sent[0].body, sent[0].header("content-type")) == {"file": sound}
    assert sent[1].json == {
        "file_id": "f1", "model": "stt-async-v5", "language_hints": ["en"], "context": {"text": "greetings"},
        "enable_speaker_diarization": True,
    }  # fmt: skip
    assert {one.header("authorization") for one in sent} == {"Bearer none"}
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=2, quality="estimated"), 2 * 27_778)
