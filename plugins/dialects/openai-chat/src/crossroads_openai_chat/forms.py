"""Forms as the fields that JSON would have: files as they are, numbers and flags typed, everything else text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from crossroads import jsonbody, multipart
from crossroads.call import Fields
from crossroads.jsonbody import Kind
from crossroads.multipart import File


def open_fields_of(body: bytes, content_type: str, kinds: Mapping[str, Kind]) -> Fields:
    """A form or a JSON object; kinds: which fields of a form are no text. Raises BadRequest."""
    if not multipart.is_form(content_type):
        return dict(jsonbody.open_document(body))
    form = multipart.open_form(body, content_type)
    return {name: _field(value, kinds.get(name, jsonbody.STRING)) for name, value in form.items()}


def only_raw(fields: Fields) -> dict[str, msgspec.Raw]:
    """Those that a shallow parse can read."""
    return {name: raw for name, raw in fields.items() if isinstance(raw, msgspec.Raw)}


def decoded(fields: Fields) -> dict[str, Any]:
    """The values that the fields stand for, as a canonical request takes them. Raises BadRequest."""
    from crossroads.types.base import parse

    return {name: parse(bytes(raw)) if isinstance(raw, msgspec.Raw) else raw for name, raw in fields.items()}


def has_file(value: Any) -> bool:
    return isinstance(value, File) or (isinstance(value, list) and any(isinstance(one, File) for one in value))


def _field(value: Any, kind: Kind) -> Any:
    if has_file(value):
        return value
    as_json = kind is not jsonbody.STRING and isinstance(value, str) and value.strip()
    return msgspec.Raw(value.encode() if as_json else msgspec.json.encode(value))
