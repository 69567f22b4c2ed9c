"""A stream from Google to a Gemini client: event by event, identity and usage touched, nothing else.

The event that ends a candidate waits for the end of the stream, so that no cut stream looks complete and the price of
all leaves with it. Parsing is the decoder's: what it refuses is refused here.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.dialect import Document, Stamp
from crossroads.errors import UpstreamError
from crossroads.holding import HoldingRelay
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_google_gemini.reply import priced, stamped
from crossroads_google_gemini.stream import StreamDecoder
from crossroads_google_gemini.usage import google_usage

_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class _Reader(StreamDecoder):
    """A decoder that keeps each event beside what it decoded."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[tuple[bytes, list[Document]]] = []

    def _chunk(self, data: bytes) -> list[Document]:
        chunks = super()._chunk(data)
        self.read.append((data, chunks))
        return chunks

    def taken(self) -> list[tuple[bytes, list[Document]]]:
        taken, self.read = self.read, []
        return taken


class Relay(HoldingRelay):
    """See `crossroads.dialect.Relay`."""

    held_bytes_max = 24 << 20
    """One picture may be the first token."""

    def __init__(self, stamp: Stamp) -> None:
        self._reader = _Reader()
        super().__init__(self._reader)
        self._stamp = stamp
        self._last: bytes | None = None

    def feed(self, data: bytes) -> bytes:
        """See `crossroads.dialect.Relay.feed`. An error leaves after the tokens that came before it."""
        self._raise_failure()
        running = self.started
        try:
            self._reader.feed(data)
        except UpstreamError as error:
            if not running or not self._reader.read:
                raise  # nothing has left: another endpoint can take over
            self._failure = error
        return self._release(self._relayed())

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        self._reader.close(framed=framed)
        out = [*self._held, *self._relayed()]
        known = self._reader.usage or usage
        document: dict[str, Any] = _shallow(self._last or b"{}")
        stamped(document, self._stamp)
        told = google_usage(known, self._stamp.price(known))
        if self._reader.usage is not None and "usageMetadata" in document:
            told = {**msgspec.json.decode(document["usageMetadata"]), **priced(known, self._stamp)}
        document["usageMetadata"] = told
        return b"".join((*out, _event(document)))

    def _relayed(self) -> list[bytes]:
        out = []
        for data, chunks in self._reader.taken():
            bears = any(_bears(choice) for chunk in chunks for choice in chunk["choices"])
            self.started = self.started or bears
            self.seen_tokens += bears
            if self._last is not None:
                out.append(self._stamped(self._last))
                self._last = None
            if any(choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]):
                self._last = data
            else:
                out.append(self._stamped(data))
        return out

    def _stamped(self, data: bytes) -> bytes:
        document: dict[str, Any] = _shallow(data)
        stamped(document, self._stamp)
        return _event(document)


def _event(document: dict[str, Any]) -> bytes:
    """One event on one line: clients read lines, and Google prints a stream without `alt=sse` in many."""
    text = msgspec.json.encode(document)
    return encode_event(msgspec.json.format(text, indent=-1) if b"\n" in text else text)


def _bears(choice: dict[str, Any]) -> bool:
    """A token, or an end."""
    return bool(choice["finish_reason"]) or any(value for name, value in choice["delta"].items() if name != "role")
