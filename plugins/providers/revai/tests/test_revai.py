"""Rev.ai's transcripts: submitted, asked for, fetched; what comes back, what is billed."""

import json

import pytest
from crossroads_revai.transcription import RevAITranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestTranscription = dialect_conformance(RevAITranscription, "vectors/transcription")

HEARS = RevAITranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
ELEMENTS = [
    {"type": "text", "value": "Hi", "ts": 0.1, "end_ts": 0.4, "confidence": 0.9},
    {"type": "punct", "value": ","},
    {"type": "punct", "value": " "},
    {"type": "text", "value": "there", "ts": 0.5, "end_ts": 1.2},
]
HEARD = {
    "monologues": [{"speaker": 0, "elements": ELEMENTS}, {"speaker": 1, "elements": [{"type": "text", "value": "Yes"}]}]
}
PRICED = {
    "model": "revai/machine", "upstream": "machine", "operations": ["transcription"], "price_usd": {"second": "0.0001"},
}  # fmt: skip


def test_monologues_are_a_text_with_words_and_segments():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document == {
        "text": "Hi, there Yes",
        "words": [
            {"word": "Hi,", "start": 0.1, "end": 0.4, "speaker": 0, "confidence": 0.9},
            {"word": "there", "start": 0.5, "end": 1.2, "speaker": 0},
        ],
        "segments": [{"id": 0, "text": "Hi, there", "start": 0.1, "end": 1.2, "speaker": 0}],
    }
    assert reply.usage == Usage(seconds=2, quality="estimated")


def test_a_job_that_failed_is_refused_and_nonsense_is_a_bad_upstream():
    with pytest.raises(UpstreamRefused, match="no sound"):
        HEARS.decode_response(b'{"id": "j", "status": "failed", "failure_detail": "no sound"}')
    for body in (b"", b"{}", b'{"monologues": [5]}', b'{"monologues": [{"elements": [1]}]}'):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(body)


async def test_a_sound_is_submitted_asked_for_and_fetched():
    told = [{"id": "j", "status": status} for status in ("in_progress", "in_progress", "transcribed")]
    form = multipart.encode_form(
        {"model": "revai/machine", "file": SOUND, "language": "en", "skip_diarization": "true"}
    )
    got, sent = await answered("revai", (*told, HEARD), "openai-transcription", *form, endpoints=[PRICED])
    assert json.loads(got.body)["text"] == "Hi, there Yes"
    jobs = "/v1/speechtotext/v1/jobs"
    assert [one.path for one in sent] == [jobs, f"{jobs}/j", f"{jobs}/j", f"{jobs}/j/transcript"]
    fields = multipart.open_form(sent[0].body, sent[0].header("content-type"))
    assert fields["media"] == SOUND
    assert json.loads(fields["options"]) == {"transcriber": "machine", "language": "en", "skip_diarization": True}
    assert sent[3].header("accept") == "application/vnd.rev.transcript.v1.0+json"
    assert got.cost_nano == 200_000
