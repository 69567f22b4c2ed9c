"""JSON request bodies: one strict scan, one shallow parse, typed reads of single fields.

Law (HTTP-5): no two parsers may read this body differently. Duplicate keys at any depth, NaN, a BOM, invalid UTF-8,
lone surrogates and nesting over DEPTH_MAX are refused; what is accepted stays `msgspec.Raw` until somebody asks.
Law (HTTP-6): any bytes give a document or BadRequest, never another exception.
Figures, and the price of the second scan: docs/decisions/0002-two-scans-of-a-request-body.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import jiter
import msgspec

from crossroads.errors import BadRequest

DEPTH_MAX = 64

MALFORMED = (ValueError, RecursionError)
"""What msgspec raises for bytes that are not the JSON that was asked for (its own errors are ValueErrors)."""

_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encoder = msgspec.json.Encoder()


class Kind(NamedTuple):
    """What a field may hold. `expected` is what an error says after "expected ".

    decoder: reads a scalar. None for a container, which is only looked at: its JSON text must begin with one of
    `opens`, and hold something if `filled`.
    """

    expected: str
    decoder: msgspec.json.Decoder[Any] | None = None
    opens: bytes = b""
    filled: bool = False


STRING = Kind("a string or null", msgspec.json.Decoder(str | None))
BOOLEAN = Kind("true, false or null", msgspec.json.Decoder(bool | None))
NUMBER = Kind("a finite number or null", msgspec.json.Decoder(float | None))
INTEGER = Kind("an integer or null", msgspec.json.Decoder(int | None))
COUNT = Kind(
    "an integer from 1 to 2147483647, or null",
    msgspec.json.Decoder(Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None),
)
STRINGS = Kind("an array of strings, or null", msgspec.json.Decoder(list[str] | None))
TEXTS = Kind("a string, an array of strings, or null", msgspec.json.Decoder(str | list[str] | None))
ARRAY = Kind("an array or null", opens=b"[n")
OBJECT = Kind("an object or null", opens=b"{n")
STRING_OR_OBJECT = Kind("a string, an object or null", opens=b'"{n')
FILLED_ARRAY = Kind("a non-empty array", opens=b"[", filled=True)


def open_document(body: bytes) -> dict[str, msgspec.Raw]:
    """The top-level fields of a strict JSON object, in order, undecoded. Raises BadRequest."""
    try:
        parsed = jiter.from_json(body, catch_duplicate_keys=True, allow_inf_nan=False)
        if not isinstance(parsed, dict):
            raise _malformed(body, "expected an object at the top.")
        if body.count(b"[") + body.count(b"{") > DEPTH_MAX and _deeper_than(parsed, DEPTH_MAX):
            raise _malformed(body, f"nested deeper than {DEPTH_MAX} levels.")
        return _shallow.decode(body)
    except MALFORMED as error:  # jiter's and msgspec's texts name a place and a key, never a value
        raise _malformed(body, f"not strict JSON: {error}.") from None


def read(field: str, raw: msgspec.Raw, kind: Kind) -> Any:
    """The value of a scalar; None for a container that looks right. Raises BadRequest naming field and value."""
    if kind.decoder is None:
        text = memoryview(raw)
        if text[0] in kind.opens and not (kind.filled and _is_empty(text)):
            return None
    else:
        try:
            return kind.decoder.decode(raw)
        except MALFORMED:
            pass
    raise BadRequest(f"expected {kind.expected}.", remedy=f"Correct `{field}`.", field=field, value=_shown(raw))


def encode(document: Mapping[str, Any]) -> bytes:
    """A document as JSON text; `Raw` values go out as they came in."""
    return _encoder.encode(document)


def _is_empty(text: memoryview) -> bool:
    """Of an array; a string may be empty."""
    return text[0] == ord("[") and text[1] in b" \t\r\n]" and not bytes(text[1:-1]).strip()


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _shown(raw: msgspec.Raw) -> str:
    return bytes(memoryview(raw)[:400]).decode("utf-8", "replace")


def _malformed(body: bytes, what: str) -> BadRequest:
    remedy = "Send one JSON object as RFC 8259 defines it, in UTF-8."
    return BadRequest(what, remedy=remedy, field="body", value=f"{len(body)} bytes")
