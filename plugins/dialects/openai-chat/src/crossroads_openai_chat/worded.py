"""A vendor's names of canonical fields as a table: canonical name -> where it stands in the vendor's body.

A place is a dotted path ("output.audio_format"). Law: what `placed` puts in, `taken` takes out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from crossroads.errors import Unsupported
from crossroads.jsonbody import MALFORMED
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.usage import TOKENS_MAX


def placed(document: Json, place: str, value: Any) -> None:
    """Put it there; what else the caller put beside it stays. Raises Unsupported: an object is expected on the way."""
    *way, last = place.split(".")
    for step in way:
        inner = document.get(step, {})
        if not isinstance(inner, dict):
            raise Unsupported("the provider takes an object here.", remedy="Send an object.", field=step, value=inner)
        document[step] = dict(inner)
        document = document[step]
    document[last] = value


def taken(own: Json, places: Mapping[str, str]) -> Json:
    """The vendor's body with its fields under their canonical names; what has none stays as it is."""
    rest = dict(own)
    found = {name: value for name, place in places.items() if (value := _take(rest, place.split("."))) is not None}
    return {**rest, **found}


def _take(document: Json, way: list[str]) -> Any:
    """The value that stood there; objects that it leaves empty go too."""
    head, *rest = way
    if not rest:
        return document.pop(head, None)
    if not isinstance(document.get(head), dict):
        return None
    inner = dict(document[head])
    value = _take(inner, rest)
    if value is not None:
        document[head] = inner
        if not inner:
            del document[head]
    return value


def found_at(told: Json, place: str) -> Any:
    """What stands there; None: nothing."""
    value: Any = told
    for step in place.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def text_at(told: Json, place: str) -> str | None:
    """The text that stands there; None: none."""
    value = found_at(told, place)
    return value if isinstance(value, str) else None


def counted_at(told: Json, place: str) -> int | None:
    """The count that stands there; None: none that makes sense."""
    value = found_at(told, place)
    return value if type(value) is int and 0 <= value <= TOKENS_MAX else None


def texts_in(own: Any, field: str | None) -> Any:
    """A vendor's list of texts, or its only one, as strings. field: of each, where it is an object."""
    if isinstance(own, list):
        return [texts_in(one, field) for one in own]
    return own.get(field) if field is not None and isinstance(own, dict) else own


def texts_as(texts: list[str], field: str | None) -> list[Any]:
    """Strings as a vendor's list of texts."""
    return [text if field is None else {field: text} for text in texts]


def rows_in(body: bytes, place: str | None) -> tuple[Json, list[Any]]:
    """A reply, and its rows. place: where they stand; None: the reply is nothing but rows, and the first is empty.

    Raises BadUpstream: there are none. UpstreamRefused: it is an error.
    """
    try:
        told = msgspec.json.decode(body)
    except MALFORMED:
        raise broken("the provider sent something that is not JSON.") from None
    document: Json = told if isinstance(told, dict) else {}
    rows = told if place is None else document.get(place)
    if isinstance(rows, list) and rows:
        return document, rows
    listed = document.get("errors")
    if error := document.get("error") or (listed[0] if isinstance(listed, list) and listed else None):
        raise embedded_error(body, error)
    raise broken("the provider's reply has no rows that can be read.")
