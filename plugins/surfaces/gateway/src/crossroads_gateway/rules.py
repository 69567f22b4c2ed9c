"""What a request head may look like: one grammar for all of it, then its fields. Pure functions, no socket, no clock.

Law (HTTP-1): what two parsers may read differently is refused. Law (HTTP-2): every part has its bound.
Sources: RFC 9112, 2.2, 3.2, 5 and 6 (messages, targets, fields, framing); RFC 9110, 7.2 and 7.8 (Host, Upgrade).
"""

from __future__ import annotations

import re

HEAD_BYTES_MAX = 64 << 10
HEADERS_MAX = 100
TARGET_BYTES_MAX = 8 << 10
TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
HEAD = re.compile(
    rb"[A-Z]++ /[\x21-\x22\x24-\x7e]*+ HTTP/1\.[01]\r\n"
    rb"(?:" + TOKEN + rb":[\t\x20-\x7e\x80-\xff]*+\r\n)*+\r\n"
)
"""The whole head. Possessive, so that no input makes it go back. Only origin-form targets: we are no proxy."""
HOPELESS = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)|\0")
"""What no continuation makes right: a bare LF or CR, a NUL."""
UPGRADE = re.compile(rb"\r\nupgrade:[^\r]*+", re.I)
"""Passed over, as RFC 9110, 7.8 allows: the parser would leave a body unread (Java's client offers h2c with a POST)."""
SINGLE = frozenset(
    (
        b"host",
        b"content-length",
        b"transfer-encoding",
        b"content-type",
        b"content-encoding",
        b"authorization",
        b"x-api-key",
        b"expect",
    )
)
"""Fields that two readers may take from different places if they stand twice."""
LENGTH = re.compile(rb"[0-9]{1,18}")


LOOPBACK = re.compile(rb"(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.I)
"""What a browser on this machine may call us. Any other name is a page that had its own name point here."""


class Refused(Exception):
    """Raised while a head or body is read; never leaves this module."""

    def __init__(self, status: int, what: str) -> None:
        self.status, self.what = status, what


def check_part(data: bytes | bytearray, known: int) -> None:
    """A head that is not whole yet. known: how many bytes were looked at before. Raises Refused."""
    if HOPELESS.search(data, max(0, known - 1)) or not b"A" <= data[:1] <= b"Z":
        raise Refused(400, "its head breaks the rules of HTTP/1.1.")


def check_head(head: bytes) -> bytes:
    """A whole head, as the parser shall see it. Raises Refused."""
    if HEAD.fullmatch(head) is None:
        raise Refused(400, "its head breaks the rules of HTTP/1.1.")
    if b"pgrade:" in head or b"PGRADE:" in head:
        head = UPGRADE.sub(b"", head)
    return head


def check_fields(
    headers: list[tuple[bytes, bytes]], *, target: bytes, version: str, local_only: bool
) -> dict[bytes, bytes]:
    """The fields by lower-case name. Raises Refused: too many, ambiguous, or not for us.

    local_only: take no Host but this machine's own.
    """
    if len(target) > TARGET_BYTES_MAX:
        raise Refused(414, f"its target is longer than {TARGET_BYTES_MAX} bytes.")
    if len(headers) > HEADERS_MAX:
        raise Refused(431, f"it has more than {HEADERS_MAX} headers.")
    fields = dict(headers)
    if len(fields) != len(headers):
        names = [name for name, _ in headers]
        if any(names.count(name) > 1 for name in SINGLE & fields.keys()):
            raise Refused(400, "a header stands twice that may stand only once.")
    host = fields.get(b"host", b"").strip()
    if not host:
        raise Refused(400, "it has no Host.")
    if local_only and LOOPBACK.fullmatch(host) is None:
        raise Refused(403, "without keys only `localhost` is served.")
    length, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
    if length is not None and LENGTH.fullmatch(length) is None:
        raise Refused(400, "its Content-Length is not a number.")
    if coding is not None and (coding.lower() != b"chunked" or length is not None or version != "1.1"):
        raise Refused(400, "its framing is ambiguous.")
    return fields
