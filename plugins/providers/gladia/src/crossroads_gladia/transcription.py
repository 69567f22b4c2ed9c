"""`POST /v2/upload` (the sound), `POST /v2/pre-recorded` (what to do with it), then its `result_url` until done.

A sound that already has an address (`audio_url`) needs no upload. What is paid is `metadata.billing_time`: sound with
several different channels is heard once for each.
Sources: https://docs.gladia.io (API reference: upload, pre-recorded; "Multiple channels"), pkg:pypi/gladiaio-sdk@2.2.1,
recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_speech.vendor import (
    HANDLED,
    UNHEARD,
    VendorTranscription,
    rows_of,
    seconds_used,
    sound_of,
    timed,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.steps import Step

ASKED_EVERY_S = 1.0
WAITS = ("queued", "processing")
WORD = {"start": "start", "end": "end", "confidence": "confidence"}
UTTERANCE = {**WORD, "speaker": "speaker", "channel": "channel"}


class GladiaTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "gladia-transcription"
    upstream_path = "/v2/pre-recorded"
    takes_steps = True
    own = {"audio_url": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = dict(own)
        config = fields.get("language_config")
        if isinstance(config, dict) and set(config) == {"languages"} and len(config["languages"]) == 1:
            fields["language"] = fields.pop("language_config")["languages"][0]
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = _asked(fields)
        if "audio_url" in document:
            return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)
        upload = url.removesuffix("/pre-recorded") + "/upload"
        accept = ((b"accept", b"application/json"),)
        return Draft(document={"audio": sound_of(fields)}, url=upload, headers=accept, lost=lost, form=True)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        if isinstance(uploaded := told.get("audio_url"), str):
            document, _ = _asked(stated(request))
            return Step(url=url, body=msgspec.json.encode({**document, "audio_url": uploaded}), headers=JSON_HEADERS)
        if isinstance(asked := told.get("result_url"), str) and told.get("status") in (None, *WAITS):
            return Step(url=asked, after_s=ASKED_EVERY_S)
        number = told.get("id")
        if told.get("status") in WAITS and isinstance(number, str) and number.isprintable():
            return Step(url=f"{url}/{number}", after_s=ASKED_EVERY_S)
        return None

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("status") == "error":
            raise refused(f"the transcription failed ({told.get('error_code')})")
        result = told.get("result")
        heard = result.get("transcription") if isinstance(result, dict) else None
        if not isinstance(heard, dict) or not isinstance(heard.get("full_transcript"), str):
            raise broken("the provider's reply has no transcript.")
        document: Document = {"text": heard["full_transcript"]}
        rows = rows_of(heard.get("utterances"))
        spoken = timed(rows, "text", **UTTERANCE)
        words = [word for row in rows for word in timed(row.get("words"), "word", **WORD)]
        if words:
            document["words"] = [{**word, "word": word["word"].strip()} for word in words]
        if spoken:
            document["segments"] = [{"id": at, "text": row.pop("word"), **row} for at, row in enumerate(spoken)]
        languages = heard.get("languages")
        if isinstance(languages, list) and languages and isinstance(languages[0], str):
            document["language"] = languages[0]
        about = result.get("metadata") if isinstance(result, dict) else None
        about = about if isinstance(about, dict) else {}
        if seconds_used(about.get("audio_duration")) is not None:
            document["duration"] = about["audio_duration"]
        return Reply(
            document=document,
            usage=seconds_used(about.get("billing_time", about.get("audio_duration"))),
            upstream_id=text_at(told, "id"),
        )

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        words = [dict(word) for word in document.get("words") or ()]
        heard: Json = {"full_transcript": document.get("text", ""), "utterances": []}
        if "language" in document:
            heard["languages"] = [document["language"]]
        for at, one in enumerate(document.get("segments") or ()):
            rest = {name: value for name, value in one.items() if name != "id"}
            heard["utterances"].append({**rest, "words": words if at == 0 else []})
        about: Json = {"audio_duration": document["duration"]} if "duration" in document else {}
        about |= {"billing_time": reply.usage.seconds} if reply.usage is not None and reply.usage.seconds else {}
        result = {"metadata": about, "transcription": heard}
        return msgspec.json.encode({"id": stamp.id, "status": "done", "result": result})


def _asked(fields: Json) -> tuple[Json, list[Lost]]:
    document, lost = leftover(fields, HANDLED, UNHEARD)
    if "language" in fields and "language_config" not in document:
        document["language_config"] = {"languages": [fields["language"]]}
    return document, lost
