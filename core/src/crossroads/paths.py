"""From the path of a request to the dialect that it speaks: what surfaces and `embed` look up before they read a body.

A dialect's path stands below `/api/v1` and `/v1`; one with a version of its own (`/v1beta/...`) below `/api` and the
root. `{model}` matches a whole model name, slashes and colons included, any other name in braces one step.
Law: which of two dialects gets a path never depends on the order in which they were loaded; a literal path wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from crossroads.dialect import Dialect

Found = tuple[Dialect, Mapping[str, str]]

PREFIXES = ("/api/v1", "/v1")
VERSIONED_PREFIXES = ("/api", "")
PATH_CHARS_MAX = 1024
"""A longer path names nothing that is served."""

_OWN_VERSION = re.compile(r"/v\d+[a-z0-9]*/")
_NAMED = re.compile(r"\{(\w+)\}")


class Paths:
    """The paths of some dialects. prefixes: those of paths without a version of their own."""

    def __init__(self, dialects: Iterable[Dialect], prefixes: tuple[str, ...] = PREFIXES) -> None:
        self.served: list[str] = []
        self._literal: dict[str, Found] = {}
        self._patterns: list[tuple[re.Pattern[str], Dialect, str]] = []
        for dialect in dialects:
            for path in dialect.paths:
                self.served.append(path)
                for prefix in VERSIONED_PREFIXES if _OWN_VERSION.match(path) else prefixes:
                    self._add(prefix + path, dialect, path)
        # The longest first, so that the more telling of two templates wins.
        self._patterns.sort(key=lambda entry: (-len(entry[2]), entry[2]))

    def find(self, path: str) -> Found | None:
        """The dialect, and the params for its `open`: what the names in braces stood for, and its own "path"."""
        found = self._literal.get(path)
        if found is not None or len(path) > PATH_CHARS_MAX:
            return found
        for pattern, dialect, template in self._patterns:
            if (match := pattern.fullmatch(path)) is not None:
                return dialect, {**match.groupdict(), "path": template}
        return None

    def _add(self, full: str, dialect: Dialect, template: str) -> None:
        pieces = _NAMED.split(full)
        if len(pieces) == 1:
            self._literal[full] = (dialect, MappingProxyType({"path": template}))
            return
        named = [f"(?P<{each}>{'.+' if each == 'model' else '[^/]+'})" for each in pieces[1::2]]
        texts = [re.escape(piece) for piece in pieces[::2]]
        pattern = "".join(text + name for text, name in zip(texts, [*named, ""], strict=True))
        self._patterns.append((re.compile(pattern), dialect, template))
