"""Append events to a file, one JSON object a line; every line is whole, and every event stands in it once.

    [sinks.jsonl]
    path = "/var/log/crossroads/events.jsonl"      # default: events.jsonl in the data folder
    rotate_bytes = 100_000_000                      # default: never
    keep = 5

One write and one fsync for a batch. A crash in the middle of it leaves a torn line at most, which is cut at the next
start; a batch that failed is taken back before it is written again. One process a file: a lock says so.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from crossroads.config import home
from crossroads.errors import PluginError
from crossroads.events import Event
from crossroads.hookspecs import hookimpl
from crossroads_jsonl.files import cut_torn_line, lock, open_private, rotate, sync_folder

log = logging.getLogger("crossroads.jsonl")

ROTATE_BYTES_MIN = 1 << 20
KEEP_MAX = 1_000
LINE_BEGINS = b'{"type":"'
"""Every event does. A file that ends in something else is not ours to cut."""


class Settings(BaseModel):
    """`[sinks.jsonl]`. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = Field(default=None, description="Default: <home>/events.jsonl. Missing folders are made.")
    rotate_bytes: int | None = Field(
        default=None, ge=ROTATE_BYTES_MIN, description="Begin a new file before this one grows over so many bytes."
    )
    keep: int = Field(default=5, ge=1, le=KEEP_MAX, description="Older files that stay: <path>.1 is the newest.")


class Jsonl:
    """See the module."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self.path = settings.path or home() / "events.jsonl"
        self._rotate_bytes, self._keep = settings.rotate_bytes, settings.keep
        self._file = -1
        self._end = 0
        """Where the last whole batch ends; what stands behind it is taken back."""
        self._last: frozenset[str] = frozenset()
        """Ids of the last whole batch: it may come again, when its success was not heard in time."""

    async def start(self) -> None:
        """Open, lock and repair. Raises PluginError: not writable, in use, or not a file of lines."""
        try:
            self._open()
        except (OSError, ValueError) as error:
            what = f"{self.path} can't be used: {error}."
            raise PluginError(what, plugin="jsonl", remedy="Set sinks.jsonl.path to another file.") from None

    async def aclose(self) -> None:
        self._close()

    @hookimpl
    def sink_emit(self, events: Sequence[Event]) -> None:
        """One write and one fsync for the batch; raises on a short write, and the core sends it again."""
        fresh = [event for event in events if event.id not in self._last]
        if not fresh:
            return
        batch = b"".join(msgspec.json.encode(event) + b"\n" for event in fresh)
        if self._file < 0:  # a rotation failed half-way
            self._open()
        if self._rotate_bytes is not None and self._end and self._end + len(batch) > self._rotate_bytes:
            self._rotate()
        if os.fstat(self._file).st_size != self._end:
            os.ftruncate(self._file, self._end)
        written = os.write(self._file, batch)
        if written != len(batch):
            raise OSError(f"{self.path}: short write ({written} of {len(batch)} bytes)")
        os.fsync(self._file)
        self._end += written
        self._last = frozenset(event.id for event in events)

    def _open(self) -> None:
        self._file = open_private(self.path)
        try:
            lock(self._file)
            torn_bytes = cut_torn_line(self._file, begins=LINE_BEGINS)
            self._end = os.fstat(self._file).st_size
        except BaseException:
            self._close()
            raise
        if torn_bytes:
            log.warning("%s: cut a torn last line of %d bytes", self.path, torn_bytes)

    def _rotate(self) -> None:
        self._close()
        rotate(self.path, self._keep)
        self._open()
        sync_folder(self.path.parent)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
