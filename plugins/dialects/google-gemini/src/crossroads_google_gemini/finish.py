"""Why a candidate ended: Google's word -> the canonical one, and back.

A word that is not here means an ordinary end. Numbers come where a client had enumerations sent as numbers.
Source: google-genai 3.4, `types.FinishReason`, `types.BlockedReason`, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_google_gemini.shape import Misshapen

BLOCKED = frozenset(
    {
        "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "MODEL_ARMOR",
        "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "JAILBREAK", "ESCALATION", "BLOCKED_REASON_UNSPECIFIED",
    }
)  # fmt: skip
BROKEN = frozenset(
    {
        "OTHER", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE", "IMAGE_OTHER", "NO_IMAGE",
    }
)  # fmt: skip
NUMBERS = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION", 5: "OTHER"}
"""On these both of Google's APIs agree; from 6 on they count differently, and all that can be said is "blocked"."""
WORDS = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY", "error": "OTHER"}

KNOWN = BLOCKED | BROKEN | frozenset(WORDS.values())


def native_reason(value: Any) -> str | None:
    """Google's word; None while the candidate goes on. Raises Misshapen."""
    if value in (None, "", 0, "FINISH_REASON_UNSPECIFIED"):
        return None
    if isinstance(value, int):
        return NUMBERS.get(value, "PROHIBITED_CONTENT")
    if not isinstance(value, str):
        raise Misshapen("finishReason", "a word", value)
    return value


def canonical_reason(native: str, *, called: bool) -> str:
    """called: did the turn end in function calls?"""
    if native == "MAX_TOKENS":
        return "length"
    if native in BLOCKED:
        return "content_filter"
    if native in BROKEN:
        return "error"
    return "tool_calls" if called else "stop"


def google_reason(reason: str, native: Any) -> str:
    """What a Gemini client reads: the upstream's own word where it is one of Google's."""
    return native if isinstance(native, str) and native in KNOWN else WORDS.get(reason, "STOP")
