"""Gladia's transcripts: uploaded, submitted, asked for; what comes back, what is billed."""

import json

import pytest
from crossroads_gladia.transcription import GladiaTranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import QuickClock, dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestTranscription = dialect_conformance(GladiaTranscription)

HEARS = GladiaTranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
WORDS = [{"word": " Hi", "start": 0.1, "end": 0.4, "confidence": 0.9}, {"word": " there.", "start": 0.5, "end": 1.2}]
SPOKEN = {"text": "Hi there.", "start": 0.1, "end": 1.2, "speaker": 0, "channel": 0, "words": WORDS}
DONE = {
    "id": "j", "status": "done",
    "result": {
        "metadata": {"audio_duration": 1.5, "billing_time": 2.4, "number_of_distinct_channels": 1},
        "transcription": {"full_transcript": "Hi there.", "languages": ["en"], "utterances": [SPOKEN]},
    },
}  # fmt: skip
PRICED = {
    "model": "gladia/solaria-1", "upstream": "solaria-1", "operations": ["transcription"],
    "price_usd": {"second": "0.0001"},
}  # fmt: skip


def test_a_transcript_has_its_words_segments_and_what_is_paid():
    reply = HEARS.decode_response(json.dumps(DONE).encode())
    assert [word["word"] for word in reply.document["words"]] == ["Hi", "there."]
    assert reply.document["segments"] == [
        {"id": 0, "text": "Hi there.", "start": 0.1, "end": 1.2, "speaker": 0, "channel": 0}
    ]
    assert (reply.document["duration"], reply.usage) == (1.5, Usage(seconds=3))
    laws.both_paths_reply_the_same(HEARS, json.dumps(DONE).encode())


def test_a_sound_with_an_address_is_not_uploaded():
    body = {"audio_url": "https://x/a.mp3", "language_config": {"languages": ["en"]}, "diarization": True}
    draft = HEARS.splice_request(HEARS.open(json.dumps(body).encode()), url="https://g/v2/pre-recorded", upstream="m")
    assert (draft.url, draft.document) == ("https://g/v2/pre-recorded", body)


def test_a_job_that_failed_is_refused_and_nonsense_is_a_bad_upstream():
    with pytest.raises(UpstreamRefused, match="400"):
        HEARS.decode_response(b'{"id": "j", "status": "error", "error_code": 400}')
    for body in (b"", b"{}", b'{"status": "done", "result": {"transcription": {}}}'):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(body)


async def test_a_sound_is_uploaded_submitted_and_asked_for():
    async with ScriptedProvider() as upstream:
        at = f"{upstream.base_url}/v2/pre-recorded/j"
        told = ({"audio_url": "https://g/f", "audio_metadata": {}}, {"id": "j", "result_url": at}, DONE)
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in told))
        form = multipart.encode_form({"model": "gladia/solaria-1", "file": SOUND, "language": "en"})
        got = await served("gladia", upstream, "openai-transcription", *form, endpoints=[PRICED], clock=QuickClock())
    assert json.loads(got.body)["text"] == "Hi there."
    sent = upstream.requests
    assert [one.path for one in sent] == ["/v1/v2/upload", "/v1/v2/pre-recorded", "/v1/v2/pre-recorded/j"]
    assert multipart.open_form(sent[0].body, sent[0].header("content-type")) == {"audio": SOUND}
    assert sent[1].json == {"audio_url": "https://g/f", "language_config": {"languages": ["en"]}}
    assert {one.header("x-gladia-key") for one in sent} == {"none"}
    assert got.cost_nano == 300_000
