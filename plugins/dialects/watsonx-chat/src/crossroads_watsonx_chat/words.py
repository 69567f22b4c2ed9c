"""IBM's words for how a text ended, and its times <-> ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

GOES_ON = "not_finished"
FINISH_REASONS = {
    "eos_token": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "token_limit": "length",
    "time_limit": "length",
    "cancelled": "error",
    "error": "error",
}
NATIVE = {"stop": "eos_token", "length": "max_tokens", "error": "error", "content_filter": "stop_sequence"}


def finish_reason(native: str | None) -> str | None:
    """None: it goes on. Unknown words mean an ordinary end."""
    return None if not native or native == GOES_ON else FINISH_REASONS.get(native.lower(), "stop")


def native_reason(reason: Any, native: Any) -> str:
    """IBM's word: the native one, where that would be read the same."""
    if not reason:
        return GOES_ON
    if isinstance(native, str) and finish_reason(native) == reason:
        return native
    return NATIVE.get(reason, "eos_token")


def seconds(created_at: str | None) -> int | None:
    """An RFC 3339 time as UTC seconds."""
    try:
        at = datetime.fromisoformat((created_at or "").replace("Z", "+00:00"))
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def created_at(created: Any) -> str:
    """UTC seconds as RFC 3339; the beginning of time for what is none."""
    at = created if type(created) is int and 0 <= created < 2**36 else 0
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
