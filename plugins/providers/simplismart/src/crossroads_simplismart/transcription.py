"""`POST /predict`: the sound as base64 in JSON, in the language spoken or (`task`) as English text.

Source: https://github.com/livekit/agents (livekit-plugins-simplismart, stt.py at da6af86a), read 2026-11-25.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import SHAPES_OF_REPLIES, SPEAKERS, VendorTranscription, in_segments, sound_of

from crossroads import jsonbody
from crossroads.dialect import Draft, Reply, Stamp

HANDLED = ("file", "input_audio", "prompt", *SHAPES_OF_REPLIES)
EDGES = ("start", "end")


class SimplismartTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "simplismart-transcription"
    upstream_path = "/predict"
    own = {"audio_data": jsonbody.STRING}
    task = "transcribe"

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return {{"initial_prompt": "prompt"}.get(name, name): value for name, value in own.items()}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, HANDLED, SPEAKERS)
        document = {"without_timestamps": False, **own, "model": upstream, "task": self.task}
        if "audio_data" not in document:
            document["audio_data"] = base64.b64encode(sound_of(fields).data).decode()
        if "prompt" in fields:
            document["initial_prompt"] = fields["prompt"]
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        texts, about = told.get("transcription"), told.get("info")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise broken("the provider's reply has no transcript.")
        language = about.get("language") if isinstance(about, dict) else None
        rows = _rows(texts, told.get("timestamps"))
        return in_segments("".join(texts).strip(), rows, language=language, upstream_id=told.get("request_id"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        rows = document.get("segments") or []
        texts = [row["text"] for row in rows] or [document.get("text", "")]
        about = {"language": document["language"]} if "language" in document else {}
        times = [[row["start"], row["end"]] for row in rows]
        return msgspec.json.encode({"request_id": stamp.id, "transcription": texts, "timestamps": times, "info": about})


class SimplismartTranslation(SimplismartTranscription):
    """The same sound as English text."""

    name = "simplismart-translation"
    operation = "translation"
    task = "translate"


def _rows(texts: list[str], times: Any) -> list[Json]:
    """Pieces with their times, where each has some. Raises BadUpstream."""
    if not (times is None or isinstance(times, list)) or not all(isinstance(edges, list) for edges in times or ()):
        raise broken("the provider's transcript has times that can't be read.")
    if not times or len(times) != len(texts) or not all(len(edges) == len(EDGES) for edges in times):
        return []
    return [{"text": text, **dict(zip(EDGES, edges, strict=True))} for text, edges in zip(texts, times, strict=True)]
