"""`POST /v2/upload` (the sound), `POST /v2/transcript` (what to do with it), then `GET /v2/transcript/{id}` until done.

A sound that already has an address (`audio_url`) needs no upload. Times are milliseconds there, seconds here.
Source: pkg:pypi/assemblyai@1.8.2 (api.py, types.py: TranscriptRequest, TranscriptResponse), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.asked import id_in
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_speech.vendor import HANDLED, SPEAKERS, VendorTranscription, seconds_used, sound_of, timed

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.steps import Step

ASKED_EVERY_S = 1.0
WAITS = ("queued", "processing")
WORD = {"start": "start", "end": "end", "confidence": "confidence", "speaker": "speaker", "channel": "channel"}
UPLOAD_HEADERS = ((b"content-type", b"application/octet-stream"), (b"accept", b"application/json"))


class AssemblyAITranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "assemblyai-transcription"
    upstream_path = "/v2/transcript"
    takes_steps = True
    own = {"audio_url": jsonbody.STRING, "language_code": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return {"language" if name == "language_code" else name: value for name, value in own.items()}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = self._asked(fields, upstream)
        if "audio_url" in document:
            return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)
        upload = url.removesuffix("/transcript") + "/upload"
        return Draft(document={}, url=upload, headers=UPLOAD_HEADERS, lost=lost, body=sound_of(fields).data)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        if isinstance(uploaded := told.get("upload_url"), str):
            document, _ = self._asked(stated(request), upstream)
            text = msgspec.json.encode({**document, "audio_url": uploaded})
            return Step(url=url, body=text, headers=JSON_HEADERS)
        if told.get("status") in WAITS and (number := id_in(told, "id")) is not None:
            return Step(url=f"{url}/{number}", after_s=ASKED_EVERY_S)
        return None

    def _asked(self, fields: Json, upstream: str) -> tuple[Json, list[Any]]:
        document, lost = leftover(fields, HANDLED, SPEAKERS)
        if not {"speech_model", "speech_models"} & document.keys():
            document["speech_models"] = [upstream]
        if "language" in fields:
            document["language_code"] = fields["language"]
        elif not {"language_codes", "language_detection"} & document.keys():
            document["language_detection"] = True
        return document, lost

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("status") == "error":
            raise refused(told.get("error"))
        if told.get("status") != "completed" or not isinstance(told.get("text"), str | None):
            raise broken("the provider's reply has no transcript.")
        document: Document = {"text": told.get("text") or ""}
        if words := _seconds(timed(told.get("words"), "text", **WORD)):
            document["words"] = words
        if spoken := _seconds(timed(told.get("utterances"), "text", **WORD)):
            document["segments"] = [{"id": at, "text": row.pop("word"), **row} for at, row in enumerate(spoken)]
        if isinstance(language := told.get("language_code"), str):
            document["language"] = language
        usage = seconds_used(told.get("audio_duration"))
        if usage is not None:
            document["duration"] = told["audio_duration"]
        return Reply(document=document, usage=usage, upstream_id=text_at(told, "id"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        told: Json = {"id": stamp.id, "status": "completed", "text": document.get("text", "")}
        told["words"] = [_own(word, word["word"]) for word in document.get("words") or ()]
        if document.get("segments"):
            told["utterances"] = [_own(one, one["text"]) for one in document["segments"]]
        for theirs, ours in (("language_code", "language"), ("audio_duration", "duration")):
            if ours in document:
                told[theirs] = document[ours]
        return msgspec.json.encode(told)


def _seconds(rows: list[Json]) -> list[Json]:
    return [{**row, "start": row["start"] / 1000, "end": row["end"] / 1000} for row in rows]


def _own(row: Json, text: str) -> Json:
    rest = {name: value for name, value in row.items() if name not in ("word", "text", "id")}
    return {**rest, "text": text, "start": round(row["start"] * 1000), "end": round(row["end"] * 1000)}
