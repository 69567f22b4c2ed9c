"""Errors that are no call's: OpenRouter's envelope for everything but what a dialect encodes, and the log of our bugs.

Law (HTTP-6, SECRET-1): no input gives a traceback; a bug is a masked 500, logged once by type and place, without its
text, for that may quote a prompt or a key.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from crossroads.errors import CrossroadsError

log = logging.getLogger("crossroads.gateway")

BUGS_MAX = 1000
"""Different bugs that are remembered as logged; later ones are not logged."""

Headers = list[tuple[bytes, bytes]]
JSON = (b"content-type", b"application/json")
MASKED = msgspec.json.encode(
    {"error": {"code": 500, "message": "Internal Server Error", "metadata": {"error_type": "server"}}}
)


def envelope(error: CrossroadsError) -> bytes:
    """`{"error": {"code", "message", "metadata": {"error_type"}}}`; our own faults (500) show no detail."""
    if error.status == 500:
        return MASKED
    metadata = {**error.metadata, "error_type": error.code}
    return msgspec.json.encode({"error": {"code": error.status, "message": str(error), "metadata": metadata}})


async def respond(send: Any, status: int, body: bytes, headers: Headers | None = None) -> None:
    """One whole JSON response."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [JSON, length, *(headers or ())]})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Any, error: CrossroadsError, body: bytes | None = None, headers: Headers | None = None) -> None:
    """An error response. body: how a dialect encodes it; None: the envelope."""
    headers = list(headers or ())
    if error.retry_after_s is not None:
        headers.append((b"retry-after", str(max(1, round(error.retry_after_s))).encode()))
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await respond(send, error.status, envelope(error) if body is None else body, headers)


class Bugs:
    """What should not have happened, each once."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, int]] = set()

    def note(self, error: BaseException) -> None:
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        file, line = ("?", 0) if frame is None else (frame.tb_frame.f_code.co_filename, frame.tb_lineno)
        bug = (type(error).__name__, file, line)
        if bug not in self._seen and len(self._seen) < BUGS_MAX:
            self._seen.add(bug)
            log.error("a bug of ours: %s at %s:%d; please report it", *bug)
