"""Counting the tokens of a request without sending it to a model: the canonical reply, and an estimate made here.

The request is a `ChatRequest`. The estimate is for callers whose model has no counter behind it: UTF-8 bytes of all
text, of the tools and of a wanted schema, by BYTES_PER_TOKEN, and the allowances below. It is none to bill by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import msgspec

if TYPE_CHECKING:
    from crossroads.types.chat import ChatRequest

BYTES_PER_TOKEN = 4
MESSAGE_TOKENS = 4
"""For the role and the bounds of each message."""
MEDIA_TOKENS = 1600
"""For each picture, recording or file, whatever its size: what Anthropic's vision guide says of a full-size picture
(read 2026-11-25)."""
MEDIA = frozenset({"file", "image_url", "input_audio", "input_video", "video_url"})
BESIDE_TEXT = frozenset({"format", "id", "native", "role", "signature", "tool_call_id", "type"})
"""Fields of a message that no model reads as text."""


class TokenCountDocument(TypedDict):
    """What goes back."""

    input_tokens: int


def estimate(request: ChatRequest) -> int:
    """Tokens of this request, roughly; at least 1."""
    asked = request.model_dump(exclude_unset=True, by_alias=True)
    tokens, size = 0, 0
    for message in asked.get("messages") or []:
        tokens += MESSAGE_TOKENS
        for media, text in _walk(message):
            tokens += MEDIA_TOKENS * media
            size += len(text.encode())
    size += sum(len(msgspec.json.encode(asked[name])) for name in ("tools", "response_format") if asked.get(name))
    return max(1, tokens + -(-size // BYTES_PER_TOKEN))


def _walk(root: Any) -> list[tuple[int, str]]:
    """(1, "") for each piece of media, (0, text) for each text. With a stack of its own: depth is the caller's."""
    found: list[tuple[int, str]] = []
    left = [root]
    while left:
        value = left.pop()
        if isinstance(value, str):
            found.append((0, value))
        elif isinstance(value, list):
            left += value
        elif isinstance(value, dict) and value.get("type") in MEDIA:
            found.append((1, ""))
        elif isinstance(value, dict):
            left += [inner for name, inner in value.items() if name not in BESIDE_TEXT]
    return found
