"""Stream bytes -> JSON documents, in both of Google's framings: events (`alt=sse`), or one JSON array that grows.

Law (STREAM-1): any split of the same bytes gives the same documents. Every document is bounded.
"""

from __future__ import annotations

import re

from crossroads.errors import BadUpstream
from crossroads.sse import BOM, EventReader

DOCUMENT_BYTES_MAX = 24 << 20
"""One event may be a whole picture in base64."""

_TOKEN = re.compile(rb'["\\{}\[\]]')
_SPACE = b" \t\r\n"


class DocumentReader:
    """Feed it bytes as they come."""

    def __init__(self) -> None:
        self._events: EventReader | None = None
        self._array: ArrayReader | None = None
        self._head = b""

    @property
    def pending(self) -> bool:
        """Are there bytes of an unfinished document (or of an array not closed)?"""
        if self._array is not None:
            return self._array.pending
        return self._events.pending if self._events is not None else bool(self._head.strip(_SPACE))

    def feed(self, data: bytes) -> list[bytes]:
        """The documents that these bytes complete. Raises BadUpstream."""
        if self._events is None and self._array is None:
            self._head += data
            start = self._head.removeprefix(BOM).lstrip(_SPACE)
            if not start or (len(self._head) < len(BOM) and BOM.startswith(self._head)):
                return []
            data, self._head = self._head, b""
            if start[:1] in b"[{":
                self._array, data = ArrayReader(), start
            else:
                self._events = EventReader(DOCUMENT_BYTES_MAX)
        if self._array is not None:
            return self._array.feed(data)
        assert self._events is not None
        return [event.data for event in self._events.feed(data)]

    def rest(self) -> list[bytes]:
        """The last event, when the stream ended without its blank line."""
        return self.feed(b"\n\n") if self._events is not None and self._events.pending else []


class ArrayReader:
    """The objects of a JSON array, or objects one after another."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._depth = 0
        self._base = 0  # depth between two objects
        self._open = False
        self._in_string = self._escaped = False

    @property
    def pending(self) -> bool:
        return self._depth > 0 or self._in_string

    def feed(self, data: bytes) -> list[bytes]:
        """The objects that these bytes complete. Raises BadUpstream."""
        out: list[bytes] = []
        start, skip = 0, -1
        if self._escaped and data:
            skip, self._escaped = 0, False
        for found in _TOKEN.finditer(data):
            at, token = found.start(), found[0]
            if at == skip:
                continue
            if self._in_string:
                if token == b'"':
                    self._in_string = False
                elif token == b"\\":
                    skip = at + 1
                    self._escaped = skip == len(data)
            elif token == b'"':
                self._in_string = True
            elif token in b"{[":
                if self._depth == self._base and token == b"{":
                    self._open, start = True, at
                elif self._depth == 0 and token == b"[":
                    self._base = 1
                self._depth += 1
            elif token in b"}]":
                self._depth -= 1
                if self._depth < 0:
                    raise BadUpstream("the provider sent broken JSON.", remedy="Retry the call.")
                if self._open and self._depth == self._base:
                    out.append(b"".join((*self._parts, data[start : at + 1])))
                    self._parts, self._size, self._open = [], 0, False
        if self._open and start < len(data):
            self._parts.append(data[start:])
            self._size += len(data) - start
            if self._size > DOCUMENT_BYTES_MAX:
                raise BadUpstream(f"one stream event exceeds {DOCUMENT_BYTES_MAX} bytes.", remedy="Retry the call.")
        return out
