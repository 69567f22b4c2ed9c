"""`crossroads dialect list|check`: the commands; heavy imports stand inside them.

Exit codes: 0 nothing failed, 1 something did, 2 it was asked wrongly.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from crossroads.cli.show import Json, fail, note, show, show_json

app = typer.Typer(
    help="Wire formats: what is installed, and whether they lose anything.", no_args_is_help=True, add_completion=False
)

FAILURES_SHOWN_MAX = 40
"""In a table; --json has them all."""
JOBS_MAX = 256


@app.callback()
def group() -> None:
    """Wire formats: what is installed, and whether they lose anything."""


@app.command("list")
def list_dialects(as_json: Json = False) -> None:
    """List the dialects that are installed, with their operation and paths."""
    from crossroads_dialect.run import installed

    rows = [
        {"name": name, "operation": dialect.operation, "paths": list(dialect.paths), "upstream": dialect.upstream_path}
        for name, dialect in sorted(installed().items())
    ]
    show(rows, ("name", "operation", "paths", "upstream"), as_json, empty="No dialect is installed.")


@app.command("check")
def check(
    path: Annotated[Path, typer.Argument(help="Recordings: a folder of <dialect>/<provider>.jsonl, or one such file.")],
    dialect: Annotated[str | None, typer.Option(help="Only what this folder holds, or this plugin takes.")] = None,
    as_json: Json = False,
    seed: Annotated[int, typer.Option(help="Dice of the random split of streams.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, max=JOBS_MAX, help="Processes.")] = os.cpu_count() or 1,
) -> None:
    """Run every recorded exchange through its codec, and say what it loses. Exit 1 when one failed."""
    from concurrent.futures.process import BrokenProcessPool

    from crossroads_dialect.run import check_all, spans, totals

    if not path.exists():
        fail(2, f"{path} does not exist. Name a folder of recorded exchanges.")
    lines = sum(span.lines for span in spans(path))
    if not lines:
        fail(2, f"{path} holds no *.jsonl with exchanges. Its layout is <dialect>/<provider>.jsonl.")
    with _bar(lines) as (bar, task):
        outcomes = check_all(path, dialect=dialect, seed=seed, jobs=jobs, progress=lambda n: bar.advance(task, n))
        try:
            report = totals(outcomes)
        except BrokenProcessPool:
            fail(1, "a codec took its process down. Run again with --jobs 1 and --dialect to find which.")
    if as_json:
        show_json(report)
    else:
        _table(report)
    if report["failed"]:
        raise typer.Exit(1)


def _bar(total: int) -> Any:
    """A progress bar on stderr, where that is a terminal."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import Progress

    @contextmanager
    def shown() -> Any:
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            yield bar, bar.add_task("exchanges", total=total)

    return shown()


def _table(report: dict[str, Any]) -> None:
    rows = [{"dialect": name, **counts} for name, counts in report["by_dialect"].items()]
    whole = {"dialect": "all", **{name: report[name] for name in ("total", "passed", "failed", "skipped")}}
    show([*rows, whole], ("dialect", "total", "passed", "failed", "skipped"), False)
    failures = report["failures"]
    if failures:
        note("")
        show(failures[:FAILURES_SHOWN_MAX], ("id", "reason"), False)
    if len(failures) > FAILURES_SHOWN_MAX:
        note(f"{len(failures) - FAILURES_SHOWN_MAX} more failed: --json lists them.")
