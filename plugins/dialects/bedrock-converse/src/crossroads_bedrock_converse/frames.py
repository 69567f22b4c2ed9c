"""AWS event streams, sans I/O: bytes -> messages, and messages -> bytes.

Law: a message whose checksums or lengths are wrong is BadUpstream, never half a message; what is not yet whole waits.
Source: Amazon Transcribe developer guide, "Event stream encoding" (the encoding is the same in every service), and
botocore 1.43 (`eventstream.py`), read 2026-11-25.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

from crossroads_openai_chat.reply import broken

PRELUDE = struct.Struct(">II")
CRC = struct.Struct(">I")
HEAD_BYTES = PRELUDE.size + CRC.size
MESSAGE_BYTES_MAX = 24 << 20
"""botocore's own bound of a payload is 24 MiB."""
WIDTHS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value, by its type; 6 and 7 state theirs."""
TEXT = 7
LENGTH = struct.Struct(">H")


class Frame(NamedTuple):
    """name: `:event-type`, or of an exception `:exception-type`. exception: is it one?"""

    name: str
    payload: bytes
    exception: bool = False


class FrameReader:
    """Any split of the same bytes gives the same frames."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def pending(self) -> bool:
        """Have bytes come that are no whole message yet?"""
        return bool(self._bytes)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that these bytes complete. Raises BadUpstream."""
        self._bytes += data
        while len(self._bytes) >= HEAD_BYTES:
            total, headers = PRELUDE.unpack_from(self._bytes)
            if crc32(self._bytes[: PRELUDE.size]) != CRC.unpack_from(self._bytes, PRELUDE.size)[0]:
                raise broken("the provider's event stream has a head with a wrong checksum.")
            if not HEAD_BYTES + headers + CRC.size <= total <= MESSAGE_BYTES_MAX:
                raise broken("the provider's event stream has a message of impossible length.")
            if len(self._bytes) < total:
                return
            message = bytes(self._bytes[:total])
            del self._bytes[:total]
            yield _frame(message, headers)


def encode_frame(name: str, payload: bytes, *, exception: bool = False) -> bytes:
    """One message, as Bedrock Runtime sends it."""
    kind = {":exception-type": name} if exception else {":event-type": name}
    told = {**kind, ":content-type": "application/json", ":message-type": "exception" if exception else "event"}
    headers = b"".join(
        bytes([len(key)]) + key.encode() + bytes([TEXT]) + LENGTH.pack(len(value)) + value.encode()
        for key, value in told.items()
    )
    prelude = PRELUDE.pack(HEAD_BYTES + len(headers) + len(payload) + CRC.size, len(headers))
    message = prelude + CRC.pack(crc32(prelude)) + headers + payload
    return message + CRC.pack(crc32(message))


def _frame(message: bytes, headers: int) -> Frame:
    if crc32(message[: -CRC.size]) != CRC.unpack_from(message, len(message) - CRC.size)[0]:
        raise broken("the provider's event stream has a message with a wrong checksum.")
    start = HEAD_BYTES + headers
    told = _headers(message[HEAD_BYTES:start])
    payload = message[start : -CRC.size]
    if told.get(":message-type") in ("exception", "error"):
        return Frame(told.get(":exception-type") or told.get(":error-code") or "exception", payload, True)
    return Frame(told.get(":event-type", ""), payload)


def _headers(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(raw):
            name = raw[at + 1 : at + 1 + raw[at]].decode()
            at += 1 + raw[at]
            kind = raw[at]
            at += 1
            if kind in WIDTHS:
                at += WIDTHS[kind]
                continue
            (width,) = LENGTH.unpack_from(raw, at)
            if kind == TEXT:
                found[name] = raw[at + 2 : at + 2 + width].decode()
            at += 2 + width
    except (IndexError, struct.error, UnicodeDecodeError):
        raise broken("the provider's event stream has headers that can't be read.") from None
    return found
