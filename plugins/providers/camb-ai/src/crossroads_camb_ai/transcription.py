"""`POST /transcribe` (a form), then `GET /transcribe/{task}` until done, then `GET /transcription-result/{run}`.

The answer of a task does not repeat its number. There is no model to name.

Sources: pkg:pypi/camb-sdk@1.6.6 (transcription/raw_client.py, types/transcript.py, types/task_status.py);
https://docs.camb.ai/tutorials/transcription-with-sdk (times in seconds), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.asked import id_in
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import HANDLED, UNHEARD, VendorTranscription, in_segments, rows_of, sound_of

from crossroads.dialect import Draft, Reply, Stamp
from crossroads.steps import Step

ASKED_EVERY_S = 1.0
DETECTED = "auto"
"""The language, for a caller who names none."""


class CambAITranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "camb-ai-transcription"
    upstream_path = "/transcribe"
    takes_steps = True
    file_field = "media_file"

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return {{"media_file": "file"}.get(name, name): value for name, value in own.items()}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        form, lost = leftover(fields, HANDLED, UNHEARD)
        form["language"] = fields.get("language", DETECTED)
        if "media_url" not in form:
            form["media_file"] = sound_of(fields)
        return Draft(document=form, url=url, headers=((b"accept", b"application/json"),), lost=lost, form=True)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        if (task := id_in(told, "task_id")) is not None:
            where = f"{url}/{task}"
            return Step(url=where, told_at=where, after_s=ASKED_EVERY_S)
        if told.get("status") == "PENDING":
            return Step(url=url, after_s=ASKED_EVERY_S)
        if told.get("status") == "SUCCESS" and type(told.get("run_id")) is int:
            return Step(url=f"{url.partition(self.upstream_path)[0]}/transcription-result/{told['run_id']}")
        return None

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if "transcript" not in told and isinstance(status := told.get("status"), str):
            why = told.get("exception_reason") or told.get("message") or status
            raise refused(f"the transcription failed ({why})")
        rows = rows_of(told.get("transcript"))
        if "transcript" not in told or not all(isinstance(row.get("text"), str) for row in rows):
            raise broken("the provider's reply has no transcript.")
        return in_segments(" ".join(text for row in rows if (text := row["text"].strip())), rows)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        rows = document.get("segments") or [{"text": document.get("text", "")}]
        own = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        return msgspec.json.encode({"transcript": own})
