"""Forms (multipart/form-data, RFC 7578): the request bodies that carry files, read and written.

Law (HTTP-6): any bytes give fields or BadRequest, never another exception. Bounds: PARTS_MAX parts, PART_HEADERS_MAX
headers of HEADER_BYTES_MAX bytes each; the body itself is bounded by `limits.request_bytes`.
Law (HTTP-5): a name that comes twice is refused, unless it says itself that it is a list (`name[]`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from crossroads.call import Fields
from crossroads.errors import BadRequest

PARTS_MAX = 128
PART_HEADERS_MAX = 16
HEADER_BYTES_MAX = 4096
REMEDY = "Send multipart/form-data as RFC 7578 defines it."


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a form. Its bytes show in no repr."""

    data: bytes
    filename: str = "file"
    content_type: str = "application/octet-stream"

    def __repr__(self) -> str:
        return f"File({self.content_type}, {len(self.data)} bytes)"


def is_form(content_type: str) -> bool:
    """Is a body of this media type a form?"""
    return content_type.split(";")[0].strip().lower() == "multipart/form-data"


def open_form(body: bytes, content_type: str) -> Fields:
    """The fields in order: str, File, or for a name that ends in `[]` (left out of the key) a list of these."""
    try:
        parts = _parts(body, content_type)
    except BadRequest:
        raise
    except Exception as error:  # the parser's own errors, whatever they are called in its next version
        raise _malformed(body, f"not a form ({type(error).__name__}).") from None
    fields: Fields = {}
    for name, value in parts:
        if name.endswith("[]"):
            row = fields.setdefault(name[:-2], [])
            if not isinstance(row, list):
                raise BadRequest("it was sent twice.", remedy="Send it once.", field=name[:-2])
            row.append(value)
        elif name in fields:
            raise BadRequest("it was sent twice.", remedy=f"Send it once, or as `{name}[]`.", field=name)
        else:
            fields[name] = value
    return fields


def encode_form(document: Mapping[str, Any]) -> tuple[bytes, str]:
    """A document as a form, and its media type. Lists become `name[]`; what is neither text nor file, its JSON text."""
    boundary = f"crossroads-{secrets.token_hex(16)}"
    pieces: list[bytes] = []
    for name, value in document.items():
        value = msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
        many = isinstance(value, list)
        for one in value if many else [value]:
            if one is not None:
                pieces += _written(boundary, f"{name}[]" if many else name, one)
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), f"multipart/form-data; boundary={boundary}"


def _written(boundary: str, name: str, value: Any) -> list[bytes]:
    head = f'--{boundary}\r\ncontent-disposition: form-data; name="{_quoted(name)}"'
    if isinstance(value, File):
        kind = "".join(mark for mark in value.content_type if mark.isprintable())
        head += f'; filename="{_quoted(value.filename)}"\r\ncontent-type: {kind}'
        data = value.data
    else:
        data = value.encode() if isinstance(value, str) else msgspec.json.encode(value)
    return [head.encode(), b"\r\n\r\n", data, b"\r\n"]


def _quoted(text: str) -> str:
    """As browsers escape it (WHATWG HTML, "Multipart form data"): nothing in a name can end the header."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _parts(body: bytes, content_type: str) -> list[tuple[str, str | File]]:
    from python_multipart.multipart import MultipartParser, parse_options_header  # costs an import: forms are rare

    _, options = parse_options_header(content_type)
    if not (boundary := options.get(b"boundary")):
        raise _malformed(body, "the content type names no boundary.")
    reader = _Reader(body)
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": reader.begin,
            "on_header_field": reader.field,
            "on_header_value": reader.value,
            "on_header_end": reader.header,
            "on_part_data": reader.data,
            "on_part_end": reader.end,
            "on_end": reader.finish,
        },
    )
    parser.write(body)
    parser.finalize()
    if not reader.ended:
        raise _malformed(body, "the form is cut short.")
    parts: list[tuple[str, str | File]] = []
    for headers, data in reader.parts:
        _, said = parse_options_header(headers.get("content-disposition", b""))
        name = said.get(b"name", b"").decode()
        if not name:
            raise _malformed(body, "a part has no name.")
        if b"filename" in said:
            kind = headers.get("content-type", b"application/octet-stream").decode("latin-1")
            parts.append((name, File(data=data, filename=said[b"filename"].decode(), content_type=kind)))
        else:
            parts.append((name, data.decode()))
    return parts


class _Reader:
    """What the parser calls, with its bounds."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.parts: list[tuple[dict[str, bytes], bytes]] = []
        self.ended = False
        self._headers: dict[str, bytes] = {}
        self._name, self._value, self._data = b"", b"", bytearray()

    def begin(self) -> None:
        if len(self.parts) >= PARTS_MAX:
            raise _malformed(self._body, f"more than {PARTS_MAX} parts.")
        self._headers, self._name, self._value, self._data = {}, b"", b"", bytearray()

    def field(self, data: bytes, start: int, end: int) -> None:
        self._name = self._bounded(self._name + data[start:end])

    def value(self, data: bytes, start: int, end: int) -> None:
        self._value = self._bounded(self._value + data[start:end])

    def header(self) -> None:
        if len(self._headers) >= PART_HEADERS_MAX:
            raise _malformed(self._body, f"a part has more than {PART_HEADERS_MAX} headers.")
        self._headers[self._name.decode("latin-1").lower()] = self._value
        self._name = self._value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def end(self) -> None:
        self.parts.append((self._headers, bytes(self._data)))

    def finish(self) -> None:
        self.ended = True

    def _bounded(self, text: bytes) -> bytes:
        if len(text) > HEADER_BYTES_MAX:
            raise _malformed(self._body, f"a part's header is longer than {HEADER_BYTES_MAX} bytes.")
        return text


def _malformed(body: bytes, what: str) -> BadRequest:
    return BadRequest(what, remedy=REMEDY, field="body", value=f"{len(body)} bytes")
