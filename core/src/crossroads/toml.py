"""TOML files: read with an error that names the file, and written with values on one line, as manifests have them.

Law: what is written reads back to the same value; a day of a word that is known to hold one is a TOML date, any other
text a string.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossroads.errors import ConfigError

DATES = frozenset({"read", "created", "ends"})
"""Words that hold a day."""
BARE = re.compile(r"[A-Za-z0-9_-]+")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_toml(file: Path) -> dict[str, Any]:
    """A file's words. Raises ConfigError, naming it: it is not there, no UTF-8, or no TOML."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"can't be read: {error}.", file=str(file), remedy="Correct the file.") from None


def toml_value(value: Any, key: str = "") -> str:
    """A value; key: the word that it stands under. Raises ValueError: TOML has no place for it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str() if key in DATES and DAY.fullmatch(value):
            return value
        case str():  # JSON's escapes are TOML's, but for the delete character
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
        case Mapping():
            inside = ", ".join(f"{toml_key(k)} = {toml_value(v, k)}" for k, v in value.items())
            return f"{{ {inside} }}" if value else "{}"
        case list() | tuple():
            return "[" + ", ".join(toml_value(one, key) for one in value) + "]"
    raise ValueError(f"{key}: no place in TOML for {value!r}")


def toml_key(key: str) -> str:
    """A key, quoted where it has to be."""
    return key if BARE.fullmatch(key) else toml_value(key)
