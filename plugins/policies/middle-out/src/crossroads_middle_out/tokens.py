"""How many tokens a chat takes, about: rather too many, for what is too long is refused, and what is too short is not.

4 ASCII bytes to a token, and 1 token for each other character; 4 more for each message; a fixed number for media
"""

from __future__ import annotations

import json
from typing import Any

PER_MESSAGE = 4
PER_MEDIUM = 1_000
"""An image, a sound, a file: its bytes say little."""
ASCII_PER_TOKEN = 4


def tokens_of(request: Any) -> int:
    """Of a canonical chat request: messages, tools and the schema of the reply."""
    total = sum(map(of_message, request.messages))
    for field in ("tools", "functions", "response_format"):
        value = getattr(request, field, None)
        for one in value if isinstance(value, list) else [value]:
            total += 0 if one is None else of_text(json.dumps(one.model_dump(exclude_unset=True)))
    return total


def of_message(message: Any) -> int:
    """Its text and its calls of tools."""
    total = PER_MESSAGE
    content = getattr(message, "content", None)
    for part in [content] if isinstance(content, str) else content or ():
        text = part if isinstance(part, str) else getattr(part, "text", None)
        total += of_text(text) if isinstance(text, str) else PER_MEDIUM
    for call in getattr(message, "tool_calls", None) or ():
        if call.function is not None:
            total += PER_MESSAGE + of_text(call.function.name) + of_text(call.function.arguments)
    for field in ("reasoning", "reasoning_content"):
        total += of_text(getattr(message, field, None) or "")
    return total


def of_text(text: str) -> int:
    others = 0 if text.isascii() else sum(not char.isascii() for char in text)
    return -(-(len(text) - others) // ASCII_PER_TOKEN) + others
