"""A relay for streams in formats of their own: events pass as they came, and are held back until the first token.

`stream.Relay` does this for OpenAI's chunks, faster, because it knows them; this one works over any `Source`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from crossroads.dialect import Document
from crossroads.errors import UpstreamError
from crossroads.types.usage import Usage
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.stream import HELD_BYTES_MAX


class Spliced(NamedTuple):
    """One event for the client. token: does it bear content, or an end?"""

    data: bytes
    token: bool


class Source(Protocol):
    """What a format brings: reads upstream bytes, and says what the client gets."""

    @property
    def usage(self) -> Usage | None: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def upstream_id(self) -> str | None: ...

    def read(self, data: bytes) -> Iterator[Spliced]:
        """The events that these bytes complete. Raises UpstreamError, also after some of them."""
        ...

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        """The last events. Raises StreamCut unless the format's own end was seen."""
        ...


class SplicedRelay:
    """See `crossroads.dialect.Relay`."""

    def __init__(self, source: Source) -> None:
        self.started = False
        self.seen_tokens = 0
        self._source = source
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._failure: UpstreamError | None = None

    @property
    def usage(self) -> Usage | None:
        return self._source.usage

    @property
    def finish_reason(self) -> str | None:
        return self._source.finish_reason

    @property
    def upstream_id(self) -> str | None:
        return self._source.upstream_id

    def feed(self, data: bytes) -> bytes:
        """See `crossroads.dialect.Relay.feed`. An error leaves after the tokens that came before it."""
        if self._failure is not None:
            raise self._failure
        running, out = self.started, []
        try:
            for event in self._source.read(data):
                out.append(event.data)
                if event.token:
                    self.started = True
                    self.seen_tokens += 1
        except UpstreamError as error:
            if not running:
                raise  # nothing has left: another endpoint can take over
            self._failure = error
        return b"".join(out) if running else self._release(out)

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        if self._failure is not None:
            raise self._failure
        return b"".join((*self._held, self._source.end(framed=framed, usage=usage)))

    def _release(self, out: list[bytes]) -> bytes:
        self._held += out
        self._held_bytes += sum(map(len, out))
        if not self.started:
            if self._held_bytes > HELD_BYTES_MAX:
                raise broken(f"the provider sent {HELD_BYTES_MAX} bytes without a token.")
            return b""
        ready, self._held = b"".join(self._held), []
        return ready


def bears_content(chunks: list[Document]) -> bool:
    """More than a role: a delta with something in it, or a finish reason."""
    return any(
        choice.get("finish_reason") or any(v for k, v in choice.get("delta", {}).items() if k != "role")
        for chunk in chunks
        for choice in chunk.get("choices", ())
    )
