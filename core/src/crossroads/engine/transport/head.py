"""The head of a response, read strictly: bytes to `Head`, or BadUpstream. Sans I/O.

One regular expression decides whether a head is a head, linear in its length. It refuses what proxies and parsers are
known to read in different ways (INVARIANTS HTTP-1): bare CR or LF, NUL and other controls, folded lines, space before
the colon, other versions than 1.0 and 1.1. `frame` then allows one explicit way to find the end of the body.
llhttp alone lets some of these through, so the transport owns every byte itself; the tests compare the two.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crossroads.errors import BadUpstream
from crossroads.wire import Headers

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
TEXT = rb"[\t\x20-\x7e\x80-\xff]*+"
FIELDS = rb"(?:" + TOKEN + rb":" + TEXT + rb"\r\n)*+"
# Servers leave the space after the code away when there is no reason; that is not ambiguous.
HEAD = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: " + TEXT + rb")?\r\n(" + FIELDS + rb")\r\n")
HEAD_BROKEN = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\0")
"""Visible before the blank line has come: no head can go on after it."""
START = b"HTTP/1."
FIELDS_BLOCK = re.compile(FIELDS)
DIGITS = re.compile(rb"[0-9]{1,15}")

SPECIAL = frozenset((b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"content-encoding"))
CHUNKED = -1
TO_EOF = -2

REMEDY = "Report it to the provider; another endpoint may serve the call."


class Head(NamedTuple):
    """status, headers: as received, names in lower case. length: body bytes, or CHUNKED, or TO_EOF."""

    status: int
    headers: Headers
    length: int
    keep_alive: bool
    idle_s: float | None
    """`Keep-Alive: timeout=`, the peer's own expiry."""
    coding: bytes
    """Content-Encoding in lower case; empty for none."""


def refused(what: str) -> BadUpstream:
    """A peer that broke HTTP. `what` never quotes it: a broken answer may hold anything."""
    return BadUpstream(f"The provider's HTTP response is malformed: {what}.", remedy=REMEDY)


def parse_head(data: bytes, start: int, end: int, *, method: str, header_count: int) -> Head:
    """The head in data[start:end], its blank line included. Raises BadUpstream."""
    match = HEAD.fullmatch(data, start, end)
    if match is None:
        raise refused(explain(data[start:end]))
    minor, code, block = match.groups()
    # `strip` takes only spaces and tabs here: no other blank can be in a value.
    lines = [line.partition(b":") for line in block.split(b"\r\n")]
    lines.pop()  # after the last CRLF
    headers = [(name.lower(), value.strip()) for name, _, value in lines]
    if len(headers) > header_count:
        raise refused(f"more than {header_count} headers")
    special = [pair for pair in headers if pair[0] in SPECIAL]
    return frame(int(code), tuple(headers), special, method, minor == b"1")


def frame(status: int, headers: Headers, special: list[tuple[bytes, bytes]], method: str, is_1_1: bool) -> Head:
    """How the body ends and whether the connection may live on (RFC 9112, 6.3 and 9.3, read strictly)."""
    length: int | None = None
    chunked = False
    keep_alive, idle_s, coding = is_1_1, None, b""
    options: list[bytes] = []
    for name, value in special:
        if name == b"content-length":
            if length is not None:
                raise refused("Content-Length is repeated")
            if DIGITS.fullmatch(value) is None:
                raise refused("Content-Length is not a number")
            length = int(value)
        elif name == b"transfer-encoding":
            if chunked or value.lower() != b"chunked":
                raise refused("Transfer-Encoding is not exactly `chunked`")
            chunked = True
        elif name == b"connection":
            options += [option.strip(b" \t") for option in value.lower().split(b",")]
        elif name == b"keep-alive":
            idle_s = peer_idle_s(value)
        else:
            coding = value.lower() if not coding else coding + b", " + value.lower()
    if chunked and length is not None:
        raise refused("Content-Length and Transfer-Encoding together")
    bodiless = status == 204 or status < 200
    if chunked and (not is_1_1 or bodiless):
        raise refused("Transfer-Encoding where it can't be")
    if length and bodiless:
        raise refused("Content-Length where no body can be")
    if options:
        keep_alive = b"close" not in options and (is_1_1 or b"keep-alive" in options)
    if method == "HEAD" or bodiless or status == 304:
        end = 0
    else:
        end = CHUNKED if chunked else TO_EOF if length is None else length
    return Head(status, headers, end, keep_alive and end != TO_EOF, idle_s, coding)


def peer_idle_s(value: bytes) -> float | None:
    """`timeout=5, max=100` -> 5.0. Anything else says nothing: the header is a hint."""
    for part in value.lower().split(b","):
        key, _, digits = part.strip(b" \t").partition(b"=")
        if key == b"timeout" and DIGITS.fullmatch(digits):
            return float(digits)
    return None


def explain(raw: bytes) -> str:
    """Which rule a head breaks, for a person. Only when it is known to break one."""
    first, _, rest = raw.partition(b"\r\n")
    if b"\0" in raw:
        return "NUL in the head"
    if HEAD_BROKEN.search(raw):
        return "a bare CR or LF in the head"
    if not first.startswith(START):
        return "it does not start with HTTP/1.0 or HTTP/1.1"
    if HEAD.fullmatch(first + b"\r\n\r\n") is None:
        return "the status line is malformed"
    lines = rest.split(b"\r\n")
    bad = next((n for n, line in enumerate(lines, 1) if not FIELDS_BLOCK.fullmatch(line + b"\r\n")), 0)
    return f"header line {bad} is malformed or folded"
