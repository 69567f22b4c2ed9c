"""The only printer: a table for people, one JSON array for programs. And the options that several commands share."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="crossroads.toml; default: $CROSSROADS_CONFIG, then ./crossroads.toml."),
]

PIPED_COLUMNS = 240
"""Width of a table that goes into a pipe or a file: wide enough to keep a row on a line."""


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], as_json: bool, *, empty: str = "Nothing.") -> None:
    """rows: all fields go out as JSON; `columns` of them, in this order, as a table."""
    if as_json:
        show_json(list(rows))
        return
    if not rows:
        note(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        numeric = all(isinstance(row.get(column), int | float) or row.get(column) is None for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    Console(width=None if sys.stdout.isatty() else PIPED_COLUMNS).print(table)


def show_json(value: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def note(text: str) -> None:
    """A remark for the person, on stderr."""
    print(text, file=sys.stderr)


def fail(code: int, text: str) -> None:
    """Say why, and end with this exit code."""
    note(f"crossroads: {text}")
    raise typer.Exit(code)


def _cell(value: Any) -> str:
    from rich.markup import escape

    match value:
        case None:
            return ""
        case True | False:
            return "yes" if value else "no"
        case list() | tuple():
            return escape(_plain(", ".join(map(str, value))))
        case int():
            return f"{value:,}"
        case _:
            return escape(_plain(str(value)))


def _plain(text: str) -> str:
    """Without terminal codes: names come from packages and providers that nobody has read."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
