"""What a voice is: one vendor's wire format, as a scripted provider writes it.

Written down a second time and on purpose: a dialect that is tested against its own encoder agrees with itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from crossroads.testing.answers import Answer, Tokens

CREATED = 1_795_564_800
UPSTREAM_ID = "chatcmpl-scripted"


class Voice:
    """ends: of the paths that it answers. dialects: ours that read it."""

    ends: tuple[str, ...]
    dialects: frozenset[str]
    media_type = "text/event-stream"
    """Of a stream."""

    def model(self, path: str, asked: dict[str, Any]) -> str:
        """Which model is asked; by this name it is priced."""
        return str(asked.get("model"))

    def streams(self, path: str, asked: dict[str, Any]) -> bool:
        """Is a stream asked for?"""
        return asked.get("stream") is True

    def told(self, tokens: Tokens) -> Tokens:
        """Without the classes that the format has no word for: what it can't tell, it does not bill apart."""
        return tokens

    def tools(self, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Name and schema of each tool in a request."""
        raise NotImplementedError

    def document(self, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
        """A whole reply."""
        raise NotImplementedError

    def pieces(self, answer: Answer, asked: dict[str, Any]) -> Iterable[bytes]:
        """A stream, one write each."""
        raise NotImplementedError


def event(data: dict[str, Any], name: str | None = None) -> bytes:
    """One server-sent event."""
    head = b"" if name is None else b"event: " + name.encode() + b"\n"
    return head + b"data: " + json.dumps(data).encode() + b"\n\n"


def halves(text: str) -> tuple[str, str]:
    """As a stream cuts the arguments of a tool."""
    return text[: len(text) // 2], text[len(text) // 2 :]
