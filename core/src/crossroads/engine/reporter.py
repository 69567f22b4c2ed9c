"""What goes wrong with a plugin, for the log; and the last guard before any text leaves: no secret passes."""

from __future__ import annotations

import logging
from collections.abc import Iterable

log = logging.getLogger("crossroads")

SECRET_CHARS_MIN = 6
"""Shorter keys are not looked for in texts: they would black out ordinary words."""


class Reporter:
    """Knows every provider key of this exchange, to recognise it where it must not be (a provider may echo it)."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = [secret for secret in secrets if len(secret) >= SECRET_CHARS_MIN]

    def redact(self, text: str) -> str:
        """One printable line without any key."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return "".join(c if c.isprintable() else " " for c in text)

    def redact_bytes(self, body: bytes) -> bytes:
        """The same for an encoded body, whose control characters are its encoder's."""
        for secret in self._secrets:
            body = body.replace(secret.encode(), b"***")
        return body

    def failure(self, plugin: str, hook: str, error: Exception) -> None:
        """Which plugin, which hook, what, and where: no traceback, for it could quote a secret."""
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        place = "" if frame is None else f" at {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
        log.warning("%s: %s failed: %s%s", plugin, hook, self.redact(f"{type(error).__name__}: {error}"), place)
