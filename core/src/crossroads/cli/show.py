"""The only printer: a table for people, one JSON array for programs. And the options that several commands share."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crossroads.errors import one_line

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="crossroads.toml; default: $CROSSROADS_CONFIG, then ./crossroads.toml."),
]


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], as_json: bool, *, empty: str = "Nothing.") -> None:
    """rows: all fields go out as JSON; `columns` of them, in this order, as a table."""
    if as_json:
        show_json(list(rows))
        return
    if not rows:
        note(empty)
        return
    from crossroads.cli.table import lines_of

    numeric = [all(isinstance(row.get(name), int | float | None) for row in rows) for name in columns]
    cells = [[_cell(row.get(name)) for name in columns] for row in rows]
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else None
    head = [name.replace("_", " ") for name in columns]
    for number, lines in enumerate(lines_of([head, *cells], numeric, width)):
        for line in lines:
            print(typer.style(line, bold=True) if is_terminal and number == 0 else line)


def show_json(value: Any) -> None:
    """One JSON document on stdout, escaped where that has not every character."""
    escaped = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    print(json.dumps(value, indent=2, ensure_ascii=escaped, default=str))


def note(text: str) -> None:
    """A remark for the person, on stderr."""
    print(text, file=sys.stderr)


def fail(code: int, text: str) -> None:
    """Say why, and end with this exit code."""
    note(f"crossroads: {text}")
    raise typer.Exit(code)


def _cell(value: Any) -> str:
    """One line, without terminal codes: names come from packages and providers that nobody has read."""
    match value:
        case None:
            return ""
        case True | False:
            return "yes" if value else "no"
        case list() | tuple():
            return one_line(", ".join(map(str, value)))
        case int():
            return f"{value:,}"
        case _:
            return one_line(str(value))
