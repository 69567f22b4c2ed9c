"""When to come back: what the headers of an error answer say about it.

Law: the answer is None or between 0 and RETRY_AFTER_S_MAX seconds, whatever the headers hold.
Sources: RFC 9110 10.2.3 (Retry-After); OpenAI, "Rate limits" (x-ratelimit-*, durations such as "6m0s"); Azure
(retry-after-ms); OpenRouter, "Limits" (X-RateLimit-Reset in epoch milliseconds); read 2026-11-24.
"""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime

from crossroads.wire import Headers, find_header

RETRY_AFTER_S_MAX = 86_400.0
DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?")


def retry_after_s(headers: Headers) -> float | None:
    """Seconds to wait, or None when the host did not say."""
    for found in (_milliseconds(headers), _retry_after(headers), _reset(headers)):
        if found is not None:
            return min(max(found, 0.0), RETRY_AFTER_S_MAX)
    return None


def _milliseconds(headers: Headers) -> float | None:
    text = _text(headers, b"retry-after-ms")
    # Azure sends 0 here beside a Retry-After of 1 (recorded, 2026-11-24): 0 says nothing.
    return float(text) / 1000 or None if NUMBER.fullmatch(text) else None


def _retry_after(headers: Headers) -> float | None:
    text = _text(headers, b"retry-after")
    if NUMBER.fullmatch(text):
        return float(text)
    at = _date(text)
    return None if at is None else at - (_date(_text(headers, b"date")) or time.time())


def _reset(headers: Headers) -> float | None:
    """The longest wait among the limits that are used up."""
    waits = []
    for what in (b"", b"-requests", b"-tokens"):
        if _text(headers, b"x-ratelimit-remaining" + what) not in ("0", "-1"):
            continue
        text = _text(headers, b"x-ratelimit-reset" + what)
        if NUMBER.fullmatch(text):
            value = float(text)
            waits.append(value / 1000 - time.time() if value > 1e12 else value - time.time() if value > 1e9 else value)
        elif text and DURATION.sub("", text) == "":
            waits.append(sum(float(n) * SECONDS[unit] for n, unit in DURATION.findall(text)))
    return max(waits, default=None)


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _text(headers: Headers, name: bytes) -> str:
    return (find_header(headers, name) or b"").decode("latin-1").strip()
