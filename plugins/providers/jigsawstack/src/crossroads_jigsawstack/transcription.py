"""`POST /v1/ai/transcribe`: a form with the sound and the rest as JSON (`body`), or JSON with the address of a sound.

In the language spoken, or (`translate`) as English text: there `language` names what it is translated into.

Sources: pkg:pypi/jigsawstack@0.4.6 (audio.py, request.py); https://jigsawstack.com/docs/examples/audio/speech-to-text.md,
read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import HANDLED, UNHEARD, VendorTranscription, in_segments, rows_of, sound_of

from crossroads import jsonbody
from crossroads.dialect import Draft, Reply, Stamp

ELSEWHERE = ("url", "file_store_key")
"""Where a sound stands that is not sent."""


class JigsawStackTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "jigsawstack-transcription"
    upstream_path = "/v1/ai/transcribe"
    own = {"url": jsonbody.STRING}
    translate = False

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        dropped = (*UNHEARD, "language") if self.translate else UNHEARD
        asked, lost = leftover(fields, HANDLED, dropped)
        if self.translate:
            asked["translate"] = True
        elif "language" in fields:
            asked["language"] = fields["language"]
        if any(name in asked for name in ELSEWHERE):
            return Draft(document=asked, url=url, headers=JSON_HEADERS, lost=lost)
        form: Json = {"file": sound_of(fields), "body": msgspec.json.encode(asked).decode()}
        return Draft(document=form, url=url, headers=JSON_HEADERS[1:], lost=lost, form=True)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if not isinstance(text := told.get("text"), str):
            raise broken("the provider's reply has no transcript.")
        rows = rows_of(told.get("speakers")) or rows_of(told.get("chunks"))
        return in_segments(text.strip(), map(_row, rows))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        chunks = []
        for row in document.get("segments") or ():
            rest = {name: value for name, value in row.items() if name not in ("id", "start", "end")}
            chunks.append({**rest, "timestamp": [row["start"], row["end"]]})
        return msgspec.json.encode({"success": True, "text": document.get("text", ""), "chunks": chunks})


class JigsawStackTranslation(JigsawStackTranscription):
    """The same sound as English text."""

    name = "jigsawstack-translation"
    operation = "translation"
    translate = True


def _row(chunk: Json) -> Json:
    """Raises BadUpstream."""
    text, times = chunk.get("text"), chunk.get("timestamp")
    if not isinstance(text, str) or not isinstance(times, list) or len(times) != 2:
        raise broken("the provider's transcript has a piece that can't be read.")
    speaker = {"speaker": chunk["speaker"]} if isinstance(chunk.get("speaker"), str) else {}
    return {"text": text, "start": times[0], "end": times[1], **speaker}
