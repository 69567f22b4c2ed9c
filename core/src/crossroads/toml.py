"""The TOML that is written here: values on one line, as `provider.toml` and catalogs have them.

Law: it reads back to the same value; a day of a word that is known to hold one is a TOML date, any other text a string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

DATES = frozenset({"read", "created", "ends"})
"""Words that hold a day."""
BARE = re.compile(r"[A-Za-z0-9_-]+")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


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
