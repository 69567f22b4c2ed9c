"""Whatever a vendor of sound, images or videos says is a reply or an error of ours: no crash, no hang."""

import inspect
import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec
import pytest
from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Foreign
from crossroads_openai_chat.worded import placed
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads.errors import CrossroadsError
from crossroads.testing import laws

WORD = {"word": "Hi", "text": "Hi", "start": 0.1, "end": 1, "speaker": 0, "confidence": 0.5, "type": "word"}
ELEMENTS = [{"type": "text", "value": "Hi", "ts": 0.1, "end_ts": 1}, {"type": "punct", "value": "."}]
BLOB = {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AAAA"}}
FILM = {"generatedSamples": [{"video": {"uri": "https://x/f"}}]}
SAMPLES: dict[str, list[Any]] = {
    "assemblyai-transcription": [
        {"id": "t", "status": "completed", "text": "Hi", "words": [WORD], "utterances": [WORD], "audio_duration": 3},
        {"upload_url": "https://x"},
    ],
    "black-forest-labs-images": [
        {"id": "j", "status": "Ready", "result": {"sample": "https://x"}},
        {"id": "j", "polling_url": "https://x", "status": "Pending", "details": {"error": "no"}},
    ],
    "cartesia-transcription": [{"text": "Hi", "duration": 1.5, "language": "en", "words": [WORD], "request_id": "r"}],
    "deepgram-transcription": [
        {
            "metadata": {"duration": 3.7, "request_id": "r"},
            "results": {
                "channels": [{"detected_language": "en", "alternatives": [{"transcript": "Hi", "words": [WORD]}]}],
                "utterances": [{"transcript": "Hi", "start": 0, "end": 1, "channel": 0}],
            },
        }
    ],
    "elevenlabs-transcription": [
        {"text": "Hi", "language_code": "eng", "words": [WORD], "audio_duration_secs": 2.5, "transcription_id": "t"},
        {"transcripts": [{"text": "Hi", "words": [WORD]}]},
    ],
    "fal-images": [
        {"images": [{"url": "https://x", "content_type": "image/png"}], "seed": 7},
        {"status": "COMPLETED", "request_id": "r", "response_url": "https://x", "error": "no"},
    ],
    "fal-transcription": [{"text": "Hi", "chunks": [{"timestamp": [0, 1.5], "text": "Hi"}], "languages": ["en"]}],
    "fal-video": [
        {"request_id": "r", "status": "COMPLETED", "response_url": "https://x/a/b/requests/r", "error": None}
    ],
    "gladia-transcription": [
        {
            "id": "j",
            "status": "done",
            "result": {
                "metadata": {"audio_duration": 1.5, "billing_time": 2},
                "transcription": {
                    "full_transcript": "Hi",
                    "languages": ["en"],
                    "utterances": [{**WORD, "words": [WORD]}],
                },
            },
        },
        {"audio_url": "https://x", "audio_metadata": {}},
    ],
    "google-imagen": [
        {"predictions": [{"bytesBase64Encoded": "AAAA", "mimeType": "image/png", "raiFilteredReason": None}]}
    ],
    "google-images": [{"candidates": [{"content": {"parts": [BLOB]}, "finishReason": "STOP"}], "usageMetadata": {}}],
    "google-speech": [{"candidates": [{"content": {"parts": [BLOB]}}], "usageMetadata": {"promptTokenCount": 4}}],
    "google-video": [
        {"name": "models/a/operations/b", "done": True, "response": {"generateVideoResponse": FILM}, "error": {}},
    ],
    "revai-transcription": [
        {"monologues": [{"speaker": 0, "elements": ELEMENTS}]},
        {"id": "j", "status": "in_progress"},
    ],
    "stability-images": [{"image": "AAAA", "finish_reason": "SUCCESS", "seed": 7}],
    "xai-transcription": [{"text": "Hi", "language": "en", "duration": 3.7, "words": [WORD]}],
    "xai-video": [
        {"request_id": "r"},
        {"status": "done", "video": {"url": "https://x", "duration": 1}, "progress": 100},
    ],
}
ASKED: dict[str, Any] = {
    "completions": {"model": "m", "prompt": "a cat"},
    "images": {"prompt": "a cat"},
    "speech": {"model": "m", "input": "Hi", "voice": "v"},
    "video": {"prompt": "a cat"},
}
HUGE = 10**400
"""JSON has it, and no float does."""
ODD: tuple[Any, ...] = (None, True, -1, 1.5, HUGE, "", "x", "../..", [], [None], ["x"], {}, {"url": 5})
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**70)
    | st.just(HUGE)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def foreign() -> list[Any]:
    made = [entry.load()() for entry in entry_points(group="crossroads.dialects")]
    return sorted((one for one in made if isinstance(one, Foreign)), key=lambda one: one.name)


def samples_of(dialect: Any) -> list[Any]:
    """Documents of the vendor's: written above, recorded in its package, or as its table of words tells them."""
    folder = Path(inspect.getfile(type(dialect))).parents[2] / "tests"
    recorded = [json.loads(file.read_text()) for file in sorted(folder.glob("vectors/**/*.json"))]
    told = [one["response"]["body"] for one in recorded if isinstance(one.get("response"), dict)]
    found = [*SAMPLES.get(dialect.name, []), *(one for one in told if isinstance(one, dict | list))]
    words = getattr(dialect, "job", None)
    return [*found, *(jobs_of(words) if isinstance(words, JobWords) else [])] or [{}]


def jobs_of(words: JobWords) -> list[Any]:
    """A job in each of its states."""
    jobs: list[Any] = []
    for state in words.states:
        job: dict[str, Any] = {}
        said = {words.status: state, **dict.fromkeys(words.reasons, "no"), **dict.fromkeys(words.made, "https://x/f")}
        said |= dict.fromkeys((words.id,) if isinstance(words.id, str) else words.id, "j")
        for place, value in said.items():
            placed(job, place, int(value) if words.numbered and str(value).isdigit() else value)
        jobs.append(job)
    return jobs


def paths_of(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, the document itself first."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for step, inner in steps for path in paths_of(inner, (*here, step)))]


def with_change(document: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    made = json.loads(json.dumps(document))
    holder = made
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = new
    return made


def read(dialect: Any, body: bytes) -> None:
    """By everything that reads what the vendor said."""
    readers = [dialect.decode_response, lambda body: dialect.relay_response(body, laws.STAMP)]
    if dialect.takes_steps:
        asked = dialect.model().model_validate(ASKED.get(dialect.operation, {"model": "m", "audio_url": "https://x"}))
        readers.append(lambda body: dialect.step(body, asked, url="https://x/v1", upstream="m"))
    if dialect.makes_jobs:
        readers += [dialect.decode_job, lambda body: dialect.content_step(body, 0)]
    for reader in readers:
        try:
            told = reader(body)
        except CrossroadsError:
            continue
        if reader == dialect.decode_response:
            counts = {} if told.usage is None else msgspec.structs.asdict(told.usage)
            assert all(type(n) is int and n >= 0 for name, n in counts.items() if name != "quality"), counts
            assert told.upstream_id is None or isinstance(told.upstream_id, str)
            if not dialect.makes_jobs:
                dialect.encode_response(told, laws.STAMP)


@pytest.mark.parametrize("dialect", foreign(), ids=lambda one: one.name)
def test_a_reply_with_a_value_of_another_kind_is_read_or_refused(dialect):
    for sample in samples_of(dialect):
        for path in paths_of(sample):
            for new in ODD:
                read(dialect, json.dumps(with_change(sample, path, new)).encode())


@pytest.mark.parametrize("dialect", foreign(), ids=lambda one: one.name)
def test_a_changed_reply_is_read_or_refused(dialect):
    places = [(sample, path) for sample in samples_of(dialect) for path in paths_of(sample)]

    @settings(max_examples=60, deadline=None, database=None)
    @given(st.sampled_from(places), ANYTHING)
    def check(place: tuple[Any, tuple[Any, ...]], new: Any) -> None:
        sample, path = place
        read(dialect, json.dumps(with_change(sample, path, new)).encode())

    check()


@pytest.mark.parametrize("dialect", foreign(), ids=lambda one: one.name)
def test_any_bytes_are_read_or_refused(dialect):
    @settings(max_examples=30, deadline=None, database=None)
    @given(st.binary(max_size=60))
    def check(body: bytes) -> None:
        read(dialect, body)
        decoder = dialect.decode_stream()
        try:
            decoder.feed(body)
            decoder.close(framed=True)
        except CrossroadsError:
            return

    check()
