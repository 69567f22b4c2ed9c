"""`POST /post/speech/asr`: the sound is the body, the reply lines of JSON: a text with its start, then where it ended.

Only WAV, Ogg with Opus, and bare samples are heard: what sound is something else is refused here. Law (MONEY-4): the
reply does not tell how long the sound was; where its last text ends stands for that, estimated.
Source: https://docs.gradium.ai/api-reference/endpoint/stt-post (OpenAPI document of 2026-07, as kept in
https://github.com/api-evangelist/gradium), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken
from crossroads_openai_speech.vendor import HANDLED, UNHEARD, VendorTranscription, in_segments, sound_of, with_query
from crossroads_openai_speech.worded import kind_of

from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.jsonbody import MALFORMED
from crossroads.multipart import File

HEARD = ("audio/wav", "audio/ogg", "audio/pcm")


class GradiumTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "gradium-transcription"
    upstream_path = "/post/speech/asr"

    def canonical(self, own: Json, params: Any) -> Json:
        return dict(own)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        query, lost = leftover(fields, HANDLED, UNHEARD)
        query["model"] = upstream
        if "language" in fields:
            query.setdefault("json_config", msgspec.json.encode({"language": fields["language"]}).decode())
        sound = sound_of(fields)
        headers = ((b"content-type", _kind(sound).encode()), (b"accept", b"application/x-ndjson"))
        return Draft(document={}, url=with_query(url, query), headers=headers, lost=lost, body=sound.data)

    def decode_response(self, body: bytes) -> Reply:
        spoken: list[Json] = []
        for told in _lines(body):
            if told.get("type") == "error":
                raise refused(told.get("message"), 500)
            if told.get("type") == "text":
                if not isinstance(told.get("text"), str):
                    raise broken("the provider's transcript has a text that can't be read.")
                spoken.append({"text": told["text"], "start": told.get("start_s"), "of": told.get("stream_id")})
            elif told.get("type") == "end_text" and (ended := _last(spoken, told.get("stream_id"))) is not None:
                ended["end"] = told.get("stop_s")
        rows = [{name: row.get(name) for name in ("text", "start", "end")} for row in spoken]
        return in_segments(" ".join(row["text"].strip() for row in spoken), rows)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        rows = document.get("segments") or [{"text": document.get("text", "")}]
        lines: list[Json] = []
        for row in rows:
            lines.append({"type": "text", "text": row["text"], "start_s": row.get("start"), "stream_id": 0})
            lines += [{"type": "end_text", "stop_s": row["end"], "stream_id": 0}] if "end" in row else []
        return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _kind(sound: File) -> str:
    """As Gradium names it, by how the sound begins, or by what its sender says. Raises Unsupported."""
    for kind in (kind_of(sound.data), sound.content_type):
        if kind in HEARD:
            return kind
    raise Unsupported(
        "the provider hears no sound of this format.",
        remedy="Send WAV, Ogg with Opus, or let other providers serve the call.",
        field="file",
        value=sound.content_type,
    )


def _lines(body: bytes) -> Iterator[Json]:
    """Raises BadUpstream: it is none of this format."""
    for line in body.splitlines():
        if not line.strip():
            continue
        try:
            told = msgspec.json.decode(line)
        except MALFORMED:
            told = None
        if not isinstance(told, dict):
            raise broken("the provider's transcript has a line that can't be read.")
        yield told


def _last(spoken: list[Json], of: Any) -> Json | None:
    """The last text of this stream, if it has no end yet."""
    row = next((row for row in reversed(spoken) if row["of"] == of), None)
    return row if row is not None and "end" not in row else None
