"""What goes wrong with a plugin, for the log; and the last guard before any text leaves: no secret passes."""

from __future__ import annotations

import base64
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from crossroads.errors import CrossroadsError, one_line

log = logging.getLogger("crossroads")

SECRET_CHARS_MIN = 6
"""Shorter keys are not looked for in texts: they would black out ordinary words."""


class Reporter:
    """Knows every provider key of this exchange, to recognise it where it must not be (a provider may echo it)."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._own = [way for secret in secrets if len(secret) >= SECRET_CHARS_MIN for way in _spelled(secret)]
        self._brought: Counter[str] = Counter()
        self._secrets = self._own

    @contextmanager
    def knowing(self, secrets: Iterable[str]) -> Iterator[None]:
        """While a call runs that brought these."""
        brought = [way for secret in secrets if len(secret) >= SECRET_CHARS_MIN for way in _spelled(secret)]
        self._brought.update(brought)
        self._secrets = [*self._own, *self._brought]
        try:
            yield
        finally:
            self._brought -= Counter(brought)
            self._secrets = [*self._own, *self._brought]

    def redact(self, text: str) -> str:
        """One printable line without any key."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return one_line(text)

    def redact_bytes(self, body: bytes) -> bytes:
        """The same for an encoded body, whose control characters are its encoder's."""
        for secret in self._secrets:
            body = body.replace(secret.encode("utf-8", "surrogateescape"), b"***")
        return body

    def describe(self, error: BaseException) -> str:
        """Type and text of an error, without any key; also of one whose text can't be made."""
        try:
            text = str(error)
        except Exception:
            text = "(its text can't be made)"
        return self.redact(f"{type(error).__name__}: {text}")

    def clean(self, error: CrossroadsError) -> CrossroadsError:
        """The same error, in place, without any key: a provider may have echoed it."""
        error.what = self.redact(error.what)
        error.args = tuple(self.redact(str(arg)) for arg in error.args)
        error.metadata = self._clean(error.metadata)
        return error

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {key: self._clean(item) for key, item in value.items()}
        return [self._clean(item) for item in value] if isinstance(value, list) else value

    def failure(self, plugin: str, hook: str, error: BaseException) -> None:
        """Which plugin, which hook, what, and where: no traceback, for it could quote a secret."""
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        place = "" if frame is None else f" at {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
        log.warning("%s: %s failed: %s%s", plugin, hook, self.describe(error), place)


def _spelled(secret: str) -> list[str]:
    """As it is, and as it stands in a query, in Basic authentication and inside a JSON text."""
    encoded = base64.b64encode(secret.encode("utf-8", "surrogateescape")).decode()
    quoted = quote(secret, safe="", errors="surrogateescape")
    return list(dict.fromkeys([secret, quoted, encoded, json.dumps(secret)[1:-1]]))
