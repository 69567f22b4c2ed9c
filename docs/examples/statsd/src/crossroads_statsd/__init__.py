"""StatsD: each call as three metrics over UDP.

    [sinks.statsd]
    host = "127.0.0.1"
    port = 8125
    prefix = "crossroads"

    crossroads.calls.ok:1|c        by outcome
    crossroads.seconds:412|ms
    crossroads.cost_nano:45000|c   where it is known

A batch may come again; its events are known by their ids and sent once. A datagram that nobody receives is lost, as
StatsD means it.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from crossroads.events import Event, Generation
from crossroads.hookspecs import hookimpl

DATAGRAM_BYTES_MAX = 1_400
"""Fits into one Ethernet frame."""


class Settings(BaseModel):
    """`[sinks.statsd]`. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="Where StatsD listens.")
    port: int = Field(default=8125, ge=1, le=65535, description="Its UDP port.")
    prefix: str = Field(default="crossroads", pattern=r"^[\w.-]+$", description="Begins the name of every metric.")


class Statsd:
    """See the module."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self._address, self._prefix = (settings.host, settings.port), settings.prefix
        self._socket: socket.socket | None = None
        self._last: frozenset[str] = frozenset()
        """Ids of the last batch."""

    async def start(self) -> None:
        """No work at import, no socket before this."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    async def aclose(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @hookimpl
    def sink_emit(self, events: Sequence[Event]) -> None:
        """Runs in a thread; raises where the name of the host can't be resolved, and the batch comes again."""
        if self._socket is None:
            raise RuntimeError("it has not been started, or was closed")
        fresh = [event for event in events if isinstance(event, Generation) and event.id not in self._last]
        for datagram in _packed([line for event in fresh for line in self._lines(event)]):
            self._socket.sendto(datagram, self._address)
        self._last = frozenset(event.id for event in events)

    def _lines(self, event: Generation) -> list[bytes]:
        lines = [f"{self._prefix}.calls.{event.outcome}:1|c", f"{self._prefix}.seconds:{event.seconds * 1000:.0f}|ms"]
        if event.cost_nano is not None:
            lines.append(f"{self._prefix}.cost_nano:{event.cost_nano}|c")
        return [line.encode() for line in lines]


def _packed(lines: list[bytes]) -> list[bytes]:
    """Lines in as few datagrams as they fit into."""
    packed: list[bytes] = []
    for line in lines:
        if packed and len(packed[-1]) + 1 + len(line) <= DATAGRAM_BYTES_MAX:
            packed[-1] += b"\n" + line
        else:
            packed.append(line)
    return packed
