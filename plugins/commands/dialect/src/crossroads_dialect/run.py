"""All exchanges under a folder, in several processes, and their totals.

Law: the totals don't depend on the number of processes, nor on who finishes first.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

from crossroads.dialect import Dialect
from crossroads_dialect.exchange import Outcome, address, check
from crossroads_dialect.folders import reads

DIALECTS = "crossroads.dialects"
SPAN_LINES_MAX = 32
"""Of a file, that one process takes at a time."""
EXCHANGE_S_MAX = 120.0
"""A codec that takes longer for one exchange hangs."""
STATES = ("passed", "failed", "skipped")
UNTAGGED = "(none)"


class Span(NamedTuple):
    """Lines of a file: where they begin, in bytes, how many, and the number of the first."""

    path: Path
    offset: int
    lines: int
    number: int


class TimeUp(BaseException):
    """No Exception, so that nobody who catches those takes it for the codec's own."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TimeUp after so long, also in the middle of a loop; only where there are POSIX timers, in a main thread."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def up(*_: object) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@cache
def installed() -> dict[str, Dialect]:
    """Every dialect that is installed, made once per process."""
    return {entry.name: entry.load()() for entry in entry_points(group=DIALECTS)}


def spans(root: Path) -> list[Span]:
    """Of every `*.jsonl` under a folder, or of one file; in order of path and line."""
    found = []
    for path in [root] if root.is_file() else sorted(root.rglob("*.jsonl")):
        with path.open("rb") as file:
            offset = number = lines = 0
            start = 0
            for line in file:
                offset += len(line)
                lines += 1
                if lines == SPAN_LINES_MAX:
                    found.append(Span(path, start, lines, number))
                    start, number, lines = offset, number + lines, 0
            if lines:
                found.append(Span(path, start, lines, number))
    return found


def check_span(span: Span, dialect: str | None, seed: int) -> list[Outcome]:
    """dialect: only exchanges of this folder, or that this plugin takes."""
    outcomes = []
    with span.path.open("rb") as file:
        file.seek(span.offset)
        for at, line in enumerate(file.readline() for _ in range(span.lines)):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                if dialect is None or dialect in (record["dialect"], *_taken_by(record)):
                    with limited(EXCHANGE_S_MAX):
                        outcomes.append(check(record, installed(), seed))
            except (ValueError, KeyError, TypeError, TimeUp) as error:
                name = f"{span.path.name}:{span.number + at + 1}"
                why = f"the line is no record of an exchange: {type(error).__name__}: {error}"
                if isinstance(error, TimeUp):
                    name, why = str(record["id"]), f"the codec took more than {EXCHANGE_S_MAX:g} s"
                outcomes.append(Outcome(name, span.path.parent.name, span.path.stem, (), "failed", why))
    return outcomes


def _taken_by(record: Any) -> Iterable[str]:
    read = reads(record["dialect"], record["operation"], address(record))
    return [name for name in read.dialects if name in installed()][:1]


def check_all(
    root: Path, *, dialect: str | None, seed: int, jobs: int, progress: Callable[[int], None]
) -> Iterator[Outcome]:
    """In order of path and line. progress is told how many lines are done."""
    work = spans(root)
    if jobs == 1:
        for span in work:
            yield from check_span(span, dialect, seed)
            progress(span.lines)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(check_span, span, dialect, seed) for span in work]
        for span, future in zip(work, running, strict=True):
            yield from future.result()
            progress(span.lines)


def totals(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """The report: counts over all, by dialect (folder), provider and tag; and what failed, in order."""
    all_, failures = _counts(), []
    by: dict[str, dict[str, dict[str, int]]] = {"by_dialect": {}, "by_provider": {}, "by_tag": {}}
    for one in outcomes:
        rows = [all_]
        names = {"by_dialect": [one.dialect], "by_provider": [one.provider], "by_tag": one.tags or [UNTAGGED]}
        for table, keys in names.items():
            rows += [by[table].setdefault(key, _counts()) for key in keys]
        for row in rows:
            row["total"] += 1
            row[one.state] += 1
        if one.state == "failed":
            failures.append({"id": one.id, "reason": one.reason})
    return {**all_, **{table: dict(sorted(rows.items())) for table, rows in by.items()}, "failures": failures}


def _counts() -> dict[str, int]:
    return {"total": 0, **dict.fromkeys(STATES, 0)}
