"""Rate limit headers of a response, read without knowing whose they are. No I/O, no clock.

    [vendor-]ratelimit-remaining-requests, -limit-tokens, -reset-requests        unit last
    vendor-ratelimit-input-tokens-remaining, -requests-reset                     unit first
    x-ratelimit-remaining, ratelimit-reset                                       no unit: requests

A reset is a duration (`12ms`, `6m0s`, seconds), an epoch (seconds or milliseconds), or an RFC 3339 time. What can't be
read counts as not said. Sources: OpenAI, "Rate limits"; Anthropic, "Rate limits"; OpenRouter, "Limits"; the IETF draft
"RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-07); read 2026-11-24.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from crossroads.wire import Headers

_NAME = re.compile(
    rb"(?:[a-z]+-)?ratelimit-(?:(limit|remaining|reset)(?:-(requests|tokens))?"
    rb"|((?:input-|output-)?(?:requests|tokens))-(limit|remaining|reset))"
)
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\S+")
EPOCH_S, EPOCH_MS = 10**9, 10**12
"""A plain number from here on is a time, not a duration."""
VALUE_BYTES_MAX = 40
RESET_MAX_S = 86_400.0


class Allowance(msgspec.Struct):
    """Of one unit (requests, tokens, input-tokens ...): how many are left of how many, and when all are back."""

    limit: float | None = None
    remaining: float | None = None
    reset_s: float | None = None


def read_allowances(headers: Headers, wall: float) -> dict[str, Allowance]:
    """Unit -> what was said of it; empty, where nothing was. wall: UTC seconds."""
    found: dict[str, Allowance] = {}
    for name, value in headers:
        if b"atelimit-" not in name and b"ATELIMIT-" not in name.upper():
            continue
        match = _NAME.fullmatch(name.lower())
        if match is None or len(value) > VALUE_BYTES_MAX:
            continue
        what, unit = match[1] or match[4], match[2] or match[3] or b"requests"
        number = _reset(value, wall) if what == b"reset" else _number(value)
        if number is not None:
            allowance = found.setdefault(unit.decode(), Allowance())
            setattr(allowance, "reset_s" if what == b"reset" else what.decode(), number)
    return found


def _number(value: bytes) -> float | None:
    text = value.strip()
    return float(text) if text.isdigit() else None


def _reset(value: bytes, wall: float) -> float | None:
    text = value.decode("latin-1").strip()
    if _TIME.fullmatch(text):
        try:
            seconds = datetime.fromisoformat(text).timestamp() - wall
        except ValueError:
            return None
    elif (parts := _PARTS.findall(text)) and "".join(number + unit for number, unit in parts) == text:
        seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    elif re.fullmatch(r"\d{1,15}(\.\d{1,9})?", text):
        seconds = float(text)
        if seconds >= EPOCH_S:
            seconds = (seconds / 1_000 if seconds >= EPOCH_MS else seconds) - wall
    else:
        return None
    return min(max(0.0, seconds), RESET_MAX_S)
