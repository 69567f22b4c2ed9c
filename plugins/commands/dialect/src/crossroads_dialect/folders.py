"""folders.toml: which codec and which reader take the exchanges of a recordings folder."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class Reads(NamedTuple):
    """dialects: names of plugins, the first one installed is taken. reader: a module of `readers`. framing: "text" or
    "aws" (event stream)."""

    dialects: tuple[str, ...]
    reader: str
    framing: str


def reads(folder: str, operation: str, url: str = "") -> Reads:
    """Who takes the exchanges of this operation in this folder, at this address; a folder that is not named is its own
    dialect.
    """
    row = _row(folder, operation, url) or {"dialects": [folder], "reader": "openai_chat"}
    return Reads(tuple(row["dialects"]), row["reader"], row.get("framing", "text"))


def covered(folder: str, operation: str, url: str = "") -> bool:
    """Does a row of the table take them?"""
    return _row(folder, operation, url) is not None


def _row(folder: str, operation: str, url: str) -> dict[str, Any] | None:
    """A row of this address before one of the operation alone, and that before any other's."""
    rows = _table().get(folder, {})
    at = (row for named, row in rows.items() if " " in named and fnmatchcase(f"{operation} {url}", named))
    found: dict[str, Any] | None = next(at, None) or rows.get(operation) or rows.get("*")
    return found


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crossroads_dialect").joinpath("folders.toml").read_text("utf-8"))
