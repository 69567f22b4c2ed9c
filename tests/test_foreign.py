"""Whatever a vendor of sound, images or videos says is a reply or an error of ours: no crash, no hang."""

import json
from importlib.metadata import entry_points
from typing import Any

import pytest
from crossroads_openai_chat.foreign import Foreign
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads.errors import CrossroadsError
from crossroads.testing import laws
from crossroads.types.images import ImageRequest
from crossroads.types.transcription import TranscriptionRequest

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
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def foreign() -> list[Any]:
    made = [entry.load()() for entry in entry_points(group="crossroads.dialects")]
    return sorted((one for one in made if isinstance(one, Foreign)), key=lambda one: one.name)


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
        asked = (
            ImageRequest() if dialect.operation == "images" else TranscriptionRequest(model="m", audio_url="https://x")
        )
        readers.append(lambda body: dialect.step(body, asked, url="https://x/v1", upstream="m"))
    if dialect.makes_jobs:
        readers += [dialect.decode_job, lambda body: dialect.content_step(body, 0)]
    for reader in readers:
        try:
            told = reader(body)
        except CrossroadsError:
            continue
        if reader == dialect.decode_response and not dialect.makes_jobs:
            dialect.encode_response(told, laws.STAMP)


@pytest.mark.parametrize("dialect", foreign(), ids=lambda one: one.name)
def test_a_changed_reply_is_read_or_refused(dialect):
    samples = SAMPLES.get(dialect.name, [{}])
    places = [(sample, path) for sample in samples for path in paths_of(sample)]

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
