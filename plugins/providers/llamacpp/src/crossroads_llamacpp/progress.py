"""What a person sees while the model is fetched and loaded: on stderr, never on stdout.

On a terminal a bar that disappears; elsewhere one plain line for each step.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


class Progress:
    """stream: default sys.stderr as it is when something is shown."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    @contextmanager
    def download(self, text: str, total_bytes: int) -> Iterator[Callable[[int], None]]:
        """Gives a function to call with the bytes that have come so far."""
        stream = self._stream or sys.stderr
        if not _is_terminal(stream):
            self.line(f"{text} ({total_bytes / 1e6:.0f} MB) ...")
            yield lambda done: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with Bar(*columns, console=Console(file=stream), transient=True) as bar:
            task = bar.add_task(text, total=total_bytes)
            yield lambda done: bar.update(task, completed=min(done, total_bytes))

    @contextmanager
    def busy(self, text: str) -> Iterator[None]:
        """Something that takes a moment and can't say how long."""
        stream = self._stream or sys.stderr
        if not _is_terminal(stream):
            self.line(text)
            yield
            return
        from rich.console import Console

        with Console(file=stream).status(text):
            yield

    def line(self, text: str) -> None:
        """One plain line; a stream that is gone (no console, a closed pipe) is no reason to fail."""
        with suppress(OSError, ValueError):
            print(text, file=self._stream or sys.stderr, flush=True)


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
