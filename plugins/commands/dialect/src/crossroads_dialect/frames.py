"""Streams taken apart: server-sent events, lines of JSON, a streamed JSON array, AWS event streams.

Small and slow on purpose, and of its own: the codecs that are checked have theirs. Whole streams only.
Sources: WHATWG HTML 9.2.6; Amazon's "Event stream encoding" (prelude, headers, payload, checksums), read 2026-11-25.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

PRELUDE = struct.Struct(">III")
TEXT_HEADER = 7
HEADER_BYTES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Width of the values of fixed width, by type; 6 and 7 state theirs."""


class Event(NamedTuple):
    """name: "" where the stream names none. data: parsed JSON, or the text itself where it is none (`[DONE]`)."""

    name: str
    data: Any


def events(body: bytes, *, binary: bool = False) -> list[Event]:
    """Of a whole body. binary: it is an AWS event stream."""
    if binary:
        return list(_aws(body))
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    if text.lstrip().startswith("["):
        return [Event("", one) for one in json.loads(text)]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(line.startswith(("data:", "event:")) for line in lines):
        return list(_server_sent(lines))
    return [Event("", parsed(line)) for line in lines if line.strip()]


def _server_sent(lines: list[str]) -> Iterator[Event]:
    name, data = "", []
    for line in [*lines, ""]:
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                data.append(value)
            elif field == "event":
                name = value
            continue
        if data:
            yield Event(name, parsed("\n".join(data)))
        name, data = "", []


def _aws(body: bytes) -> Iterator[Event]:
    """One event a message, named by its `:event-type` (or `:exception-type`); `bytes` of a chunk opened."""
    at = 0
    while at + PRELUDE.size <= len(body):
        length, headers_length, _ = PRELUDE.unpack_from(body, at)
        if length < PRELUDE.size + headers_length + 4:
            raise ValueError("a message of this event stream is shorter than its own head")
        start = at + PRELUDE.size
        headers = _headers(body[start : start + headers_length])
        data = parsed(body[start + headers_length : at + length - 4].decode("utf-8", "replace"))
        if isinstance(data, dict) and isinstance(data.get("bytes"), str):
            data = parsed(base64.b64decode(data["bytes"]).decode("utf-8", "replace"))
        yield Event(headers.get(":event-type") or headers.get(":exception-type") or "", data)
        at += length


def _headers(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(raw):
        name = raw[at + 1 : at + 1 + raw[at]].decode()
        at += 1 + raw[at]
        kind = raw[at]
        at += 1
        if kind in HEADER_BYTES:
            at += HEADER_BYTES[kind]
            continue
        (width,) = struct.unpack_from(">H", raw, at)
        if kind == TEXT_HEADER:
            found[name] = raw[at + 2 : at + 2 + width].decode()
        at += 2 + width
    return found


def parsed(text: str) -> Any:
    """JSON as its value, any other text as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text
