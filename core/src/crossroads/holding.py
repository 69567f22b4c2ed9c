"""What every relay and decoder of a stream does alike: hold back until the first token, fail after what came before.

A dialect brings what is its own: how bytes become events, which of them bear a token, what the last one says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from crossroads.errors import BadUpstream, UpstreamError
from crossroads.types.usage import Usage

REMEDY = "Retry, or let other providers serve the call."
HELD_BYTES_MAX = 1 << 20
"""Of output held back while no token has come; a host that sends more without one is broken."""

T = TypeVar("T")


class Told(Protocol):
    """What a reader of a stream has learnt so far."""

    @property
    def usage(self) -> Usage | None: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def upstream_id(self) -> str | None: ...


class FailsLate:
    """An error that comes after pieces of the same bytes waits until they have left: the next call raises it."""

    _failure: UpstreamError | None = None

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _taken(self, read: Callable[[bytes], Iterable[T]], data: bytes) -> list[T]:
        """What `read` makes of these bytes, as far as it comes. Raises at once what comes before any of it."""
        self._raise_failure()
        out: list[T] = []
        try:
            for piece in read(data):
                out.append(piece)
        except UpstreamError as error:
            if not out:
                raise
            self._failure = error
        return out


class HoldingRelay(FailsLate):
    """A `crossroads.dialect.Relay` but for `_relay` and `close`, which a dialect brings.

    `_relay` sets `started` and counts `seen_tokens`; `close` begins with `_raise_failure` and ends what is `_held`.
    """

    held_bytes_max = HELD_BYTES_MAX

    def __init__(self, told: Told) -> None:
        self.started = False
        self.seen_tokens = 0
        self._told = told
        self._held: list[bytes] = []
        self._held_bytes = 0

    @property
    def usage(self) -> Usage | None:
        return self._told.usage

    @property
    def finish_reason(self) -> str | None:
        return self._told.finish_reason

    @property
    def upstream_id(self) -> str | None:
        return self._told.upstream_id

    def feed(self, data: bytes) -> bytes:
        """See `crossroads.dialect.Relay.feed`. An error leaves after the tokens that came before it."""
        self._raise_failure()
        running, out = self.started, []
        try:
            for piece in self._relay(data):
                out.append(piece)
        except UpstreamError as error:
            if not running:
                raise  # nothing has left: another endpoint can take over
            self._failure = error
        return b"".join(out) if running else self._release(out)

    def _relay(self, data: bytes) -> Iterator[bytes]:
        """The client's bytes for each event that these bytes complete. Raises UpstreamError, also after some."""
        raise NotImplementedError

    def _release(self, out: list[bytes]) -> bytes:
        self._held += out
        self._held_bytes += sum(map(len, out))
        if not self.started:
            if self._held_bytes > self.held_bytes_max:
                raise BadUpstream(f"the provider sent {self.held_bytes_max} bytes without a token.", remedy=REMEDY)
            return b""
        ready, self._held = b"".join(self._held), []
        return ready
