"""AssemblyAI's transcripts: uploaded, submitted, asked for; what comes back, what is billed."""

import json

import pytest
from crossroads_assemblyai.transcription import AssemblyAITranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestTranscription = dialect_conformance(AssemblyAITranscription)

HEARS = AssemblyAITranscription()
URL = "https://api.assemblyai.com/v2/transcript"
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
WORDS = [{"text": "Hi.", "start": 100, "end": 1250, "confidence": 0.9, "speaker": "A"}]
DONE = {
    "id": "t/1", "status": "completed", "text": "Hi.", "words": WORDS, "utterances": WORDS, "language_code": "en",
    "audio_duration": 3,
}  # fmt: skip


def test_milliseconds_become_seconds_and_back():
    reply = HEARS.decode_response(json.dumps(DONE).encode())
    assert reply.document["words"][0] == {"word": "Hi.", "start": 0.1, "end": 1.25, "confidence": 0.9, "speaker": "A"}
    assert reply.document["segments"][0]["text"] == "Hi."
    assert reply.usage == Usage(seconds=3)
    laws.both_paths_reply_the_same(HEARS, json.dumps(DONE).encode())
    assert json.loads(HEARS.encode_response(reply, laws.STAMP))["words"] == WORDS


def test_a_sound_with_an_address_is_not_uploaded():
    body = {
        "audio_url": "https://x/a.mp3",
        "speech_models": ["universal-3-pro"],
        "language_code": "en",
        "punctuate": True,
    }
    draft = HEARS.splice_request(HEARS.open(json.dumps(body).encode()), url=URL, upstream="universal-3-pro")
    assert (draft.url, draft.document) == (URL, body)


def test_a_job_that_failed_says_why_and_nonsense_is_refused():
    with pytest.raises(UpstreamRefused, match="no speech"):
        HEARS.decode_response(b'{"id": "t", "status": "error", "error": "no speech"}')
    for body in (b"", b"{}", b'{"status": "completed", "text": 5}'):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(body)


async def test_a_sound_is_uploaded_submitted_and_asked_for():
    told = (
        {"upload_url": "https://cdn/u"},
        {"id": "t/1", "status": "queued"},
        {"id": "t/1", "status": "processing"},
    )
    fields = {
        "model": "assemblyai/universal-3-pro",
        "file": SOUND,
        "speaker_labels": "true",
        "response_format": "vtt",
    }
    got, sent = await answered("assemblyai", (*told, DONE), "openai-transcription", *multipart.encode_form(fields))
    assert got.body.decode() == "WEBVTT\n\n00:00:00.100 --> 00:00:01.250\nHi.\n"
    assert [one.path for one in sent] == ["/v1/v2/upload", "/v1/v2/transcript", *["/v1/v2/transcript/t%2F1"] * 2]
    assert sent[0].body == SOUND.data
    assert sent[1].json == {
        "audio_url": "https://cdn/u", "speech_models": ["universal-3-pro"], "language_detection": True,
        "speaker_labels": True,
    }  # fmt: skip
    assert {one.header("authorization") for one in sent} == {"none"}
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=3), 3 * 58_334)
