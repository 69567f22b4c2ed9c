"""`POST /stt/v1/transcribe`: the sound as base64 in JSON; the reply has the text, and words with their times.

Sources: https://docs.inworld.ai/stt/quickstart (request, reply), https://docs.livekit.io/reference/agents-js
(plugins_agents_plugin_inworld.WordTimestamp: milliseconds), read 2026-11-25.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import (
    HANDLED,
    UNHEARD,
    VendorTranscription,
    is_moment,
    rows_of,
    seconds_used,
    sound_of,
    timed,
)

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp

WORD = {"start": "start", "end": "end", "confidence": "confidence"}
USUALLY = {"audioEncoding": "AUTO_DETECT", "includeWordTimestamps": True}
"""Of who states nothing else: the sound says what it is; words have their times."""
DIGITS_MAX = 15


class InworldTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "inworld-transcription"
    upstream_path = "/stt/v1/transcribe"
    own = {"transcribeConfig": jsonbody.OBJECT, "audioData": jsonbody.OBJECT}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        config = own.get("transcribeConfig")
        asked = dict(config) if isinstance(config, dict) else {}
        if "modelId" in asked:
            asked["model"] = asked.pop("modelId")
        return {**asked, **{name: value for name, value in own.items() if name != "transcribeConfig"}}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, HANDLED, UNHEARD)
        sound = own.pop("audioData", None) or {"content": base64.b64encode(sound_of(fields).data).decode()}
        config = {**USUALLY, **own, "modelId": upstream}
        if "language" in fields:
            config["language"] = fields["language"]
        document: Json = {"transcribeConfig": config, "audioData": sound}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        heard, about = told.get("transcription"), told.get("usage")
        if not isinstance(heard, dict) or not isinstance(heard.get("transcript"), str):
            raise broken("the provider's reply has no transcript.")
        document: Document = {"text": heard["transcript"]}
        if words := timed([_seconds(row) for row in rows_of(heard.get("wordTimestamps"))], "word", **WORD):
            document["words"] = words
        duration = _second(about.get("transcribedAudioMs")) if isinstance(about, dict) else None
        usage = seconds_used(duration)
        if usage is not None:
            document["duration"] = duration
        return Reply(document=document, usage=usage)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        heard: Json = {"transcript": document.get("text", ""), "isFinal": True, "wordTimestamps": []}
        for word in document.get("words") or ():
            times = {"startTimeMs": word["start"] * 1000, "endTimeMs": word["end"] * 1000}
            heard["wordTimestamps"].append({**word, **times})
        told: Json = {"transcription": heard, "usage": None}
        if "duration" in document:
            told["usage"] = {"transcribedAudioMs": document["duration"] * 1000, "modelId": stamp.model}
        return msgspec.json.encode(told)


def _seconds(row: Json) -> Json:
    """A word with its times in seconds, where it has some."""
    times = {"start": _second(row.get("startTimeMs")), "end": _second(row.get("endTimeMs"))}
    return {**row, **times}


def _second(told: Any) -> float | None:
    """Of milliseconds; a 64-bit number is text in its JSON."""
    if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) <= DIGITS_MAX:
        told = int(told)
    return told / 1000 if is_moment(told) else None
