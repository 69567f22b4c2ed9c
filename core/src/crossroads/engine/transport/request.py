"""A request as bytes. Pure.

Law: what a caller, a manifest or a hook puts into a name or a value never becomes another header or another request.
Host, Content-Length, Connection and every other header that speaks of the connection are written here and only here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crossroads.engine.transport.decode import ACCEPT
from crossroads.engine.transport.head import TOKEN
from crossroads.errors import BadRequest, ConnectFailed
from crossroads.wire import HttpRequest, Origin, split_url

NAME = re.compile(TOKEN)
METHOD = re.compile(rb"[A-Z]+")
TEXT_BYTES = bytes([0x09, *range(0x20, 0x7F), *range(0x80, 0x100)])
BODY_METHODS = frozenset(("POST", "PUT", "PATCH"))
OURS = frozenset(
    b"host content-length connection transfer-encoding te trailer upgrade expect keep-alive proxy-connection".split()
)


def locate(url: str) -> tuple[Origin, bytes, bytes]:
    """`wire.split_url` for http and https. Raises ConnectFailed; the URL may hold a key, so it is not shown."""
    try:
        located = split_url(url)
    except ValueError:
        raise ConnectFailed(
            "The URL of the request can't be used.", remedy="Correct the provider's URL: absolute, percent-encoded."
        ) from None
    if located[0].scheme not in ("http", "https"):
        raise ConnectFailed(
            "Only http and https can be carried.",
            remedy="Correct the provider's URL.",
            field="scheme",
            value=located[0].scheme,
        )
    return located


def encode_head(request: HttpRequest, host: bytes, target: bytes) -> bytes:
    """Request line and headers, blank line included. Raises BadRequest, naming a header but never its value."""
    connection = b"\r\nconnection: keep-alive\r\n" if request.keep_alive else b"\r\nconnection: close\r\n"
    lines = [method_of(request.method), target, b" HTTP/1.1\r\nhost: ", host, connection]
    count = 3
    accepts = False
    for name, value in request.headers:
        start = name_of(name)
        accepts = accepts or start == b"accept-encoding: "
        lines += (start, value, b"\r\n")
        count += 1
    if not accepts:
        lines.append(b"accept-encoding: " + ACCEPT + b"\r\n")
        count += 1
    if request.body or request.method in BODY_METHODS:
        lines.append(b"content-length: %d\r\n" % len(request.body))
        count += 1
    lines.append(b"\r\n")
    head = b"".join(lines)
    # One C pass over all values: what is left are the line ends, exactly ours.
    if head.translate(None, TEXT_BYTES) != b"\r\n" * (count + 1):
        raise bad_value(request)
    return head


@lru_cache(maxsize=64)
def method_of(method: str) -> bytes:
    """The start of a request line."""
    raw = method.encode("ascii", "replace")
    if METHOD.fullmatch(raw) is None or raw == b"CONNECT":
        raise BadRequest(
            "This method can't be sent.", remedy="Use GET, POST, PUT, PATCH, DELETE or HEAD.", field="method"
        )
    return raw + b" "


@lru_cache(maxsize=4096)
def name_of(name: bytes) -> bytes:
    """The start of a header line, name in lower case."""
    if NAME.fullmatch(name) is None:
        raise BadRequest(
            "A header name holds a character that it can't.",
            remedy="Use letters, digits and hyphens.",
            field="header",
            value=name.decode("latin-1"),
        )
    lower = name.lower()
    if lower in OURS:
        raise BadRequest(
            "This header belongs to the connection.",
            remedy="Leave it out; the transport writes it.",
            field="header",
            value=lower.decode("ascii"),
        )
    return lower + b": "


def bad_value(request: HttpRequest) -> BadRequest:
    """The error for the header whose value holds a control character. The value may be a key: not shown."""
    names = [name for name, value in request.headers if value.translate(None, TEXT_BYTES)]
    return BadRequest(
        "The value of a header holds a control character.",
        remedy="Remove line breaks and other control characters; a key may have been pasted with its line end.",
        field="header",
        value=names[0].decode("latin-1") if names else "host",
    )
