"""Reasoning of other formats, inside Anthropic's blocks: packed for a client, restored when it comes back.

Anthropic's clients send thinking blocks back as they got them, with a signature that only its maker can read. So what
another format's reasoning needs to come back unmodified (id, format, encrypted data) travels in that signature, behind
a prefix by which it is known; an Anthropic upstream, which would refuse it, never gets such a block.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from crossroads.call import Lost
from crossroads.jsonbody import MALFORMED

PREFIX = "crossroads:"
FORMAT = "anthropic-claude-v1"
"""OpenRouter's name of Anthropic's own reasoning."""

MARK = PREFIX.encode()


def pack(detail: dict[str, Any]) -> str:
    """What a signature (or the data of a redacted block) says of a detail."""
    return PREFIX + base64.b64encode(msgspec.json.encode(detail)).decode()


def unpack(text: Any) -> dict[str, Any] | None:
    """The detail that was packed, or None: it is Anthropic's own."""
    if not isinstance(text, str) or not text.startswith(PREFIX):
        return None
    try:
        detail = msgspec.json.decode(base64.b64decode(text.removeprefix(PREFIX), validate=True))
    except (*MALFORMED, binascii.Error):
        return None
    return detail if isinstance(detail, dict) else None


def may_hold(messages: Any) -> bool:
    """Might there be a foreign block in here? A quick look, that may say yes too often."""
    if isinstance(messages, msgspec.Raw):
        return MARK in bytes(messages)
    return isinstance(messages, list) and any(map(_is_foreign, _blocks(messages)))


def left_out(messages: Any, lost: list[Lost]) -> Any:
    """The messages without foreign blocks."""
    if not isinstance(messages, list):
        return messages
    out: list[Any] = []
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, list) or not any(map(_is_foreign, content)):
            out.append(message)
        elif kept := [block for block in content if not _is_foreign(block)]:
            out.append({**message, "content": kept})
    if len(out) != len(messages) or any(a is not b for a, b in zip(out, messages, strict=True)):
        lost.append(Lost("messages.thinking", "dropped", "another model's reasoning means nothing to this one"))
    return out


def _blocks(messages: list[Any]) -> list[Any]:
    contents = (message.get("content") for message in messages if isinstance(message, dict))
    return [block for content in contents if isinstance(content, list) for block in content]


def _is_foreign(block: Any) -> bool:
    if not isinstance(block, dict) or block.get("type") not in ("thinking", "redacted_thinking"):
        return False
    sealed = block.get("signature", block.get("data"))
    return isinstance(sealed, str) and sealed.startswith(PREFIX)
