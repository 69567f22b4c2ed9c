"""A relay for streams in formats of their own: events pass as they came, and are held back until the first token.

`stream.Relay` does this for OpenAI's chunks, faster, because it knows them; this one works over any `Source`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from crossroads.dialect import Document
from crossroads.holding import HoldingRelay, Told
from crossroads.types.usage import Usage


class Spliced(NamedTuple):
    """One event for the client. token: does it bear content, or an end?"""

    data: bytes
    token: bool


class Source(Told, Protocol):
    """What a format brings: reads upstream bytes, and says what the client gets."""

    def read(self, data: bytes) -> Iterator[Spliced]:
        """The events that these bytes complete. Raises UpstreamError, also after some of them."""
        ...

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        """The last events. Raises StreamCut unless the format's own end was seen."""
        ...


class SplicedRelay(HoldingRelay):
    """See `crossroads.dialect.Relay`."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._source = source

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        return b"".join((*self._held, self._source.end(framed=framed, usage=usage)))

    def _relay(self, data: bytes) -> Iterator[bytes]:
        for event in self._source.read(data):
            if event.token:
                self.started = True
                self.seen_tokens += 1
            yield event.data


def bears_content(chunks: list[Document]) -> bool:
    """More than a role: a delta with something in it, or a finish reason."""
    return any(
        choice.get("finish_reason") or any(v for k, v in choice.get("delta", {}).items() if k != "role")
        for chunk in chunks
        for choice in chunk.get("choices", ())
    )
