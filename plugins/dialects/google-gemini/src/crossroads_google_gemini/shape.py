"""Reading JSON of which nothing is certain yet: each read states what it expects, and names the field when it errs.

Law (HTTP-6): a wrong type is one `Misshapen`, never a TypeError three calls later. `request` turns it into BadRequest,
`reply` and `stream` into BadUpstream.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Misshapen(ValueError):
    """A field holds something else than the format says."""

    def __init__(self, field: str, expected: str, value: object) -> None:
        super().__init__(f"{field} is not {expected}")
        self.field, self.expected, self.value = field, expected, value


def an_object(holder: Json, name: str) -> Json:
    """The object under `name`; {} when absent or null."""
    value = holder.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Misshapen(name, "an object", value)
    return value


def objects(holder: Json, name: str) -> list[Json]:
    """The list of objects under `name`; a lone object is a list of one, as Google's own parser has it."""
    value = holder.get(name)
    if value is None:
        return []
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Misshapen(name, "a list of objects", value)
    return value


def a_text(holder: Json, name: str) -> str | None:
    """The string under `name`, or None."""
    value = holder.get(name)
    if value is not None and not isinstance(value, str):
        raise Misshapen(name, "a string", value)
    return value


def texts(holder: Json, name: str) -> list[str]:
    """The list of strings under `name`; [] when absent."""
    value = holder.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Misshapen(name, "a list of strings", value)
    return value


def a_count(holder: Json, name: str) -> int | None:
    """The whole number >= 0 under `name`, also where it came as text (int64 in JSON), or None."""
    value = holder.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or value < 0:
        raise Misshapen(name, "a whole number", value)
    return value
