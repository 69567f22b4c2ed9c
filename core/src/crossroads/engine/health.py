"""How endpoints have done lately: counts that decay, averages, percentiles. Strategies read them.

Law: a caller's own fault never counts against an endpoint.
"""

from __future__ import annotations

from crossroads.engine.attempts.insurance import HEDGE
from crossroads.errors import RateLimited
from crossroads.route import Attempt, EndpointStats
from crossroads.types.usage import Usage

HALF_LIFE_S = 60.0
"""An outage weighs half after a minute: long enough to steer away, short enough to come back."""
STEP_S = 1.0
"""Counts decay in steps of this: within one they lose 1 % at most."""
SMOOTHING = 0.2
"""Share of the newest sample in a moving average."""
DECAYING = ("successes", "failures", "rate_limits", "prompt_tokens", "cache_read_tokens", "completion_tokens")


def observe(stats: EndpointStats, attempt: Attempt, now: float) -> None:
    """An attempt has ended. now: monotonic seconds."""
    if now - stats.updated_at >= STEP_S:
        decay = 0.5 ** ((now - stats.updated_at) / HALF_LIFE_S)
        for name in DECAYING:
            setattr(stats, name, getattr(stats, name) * decay)
        stats.updated_at = now
    if attempt.outcome == "ok":
        stats.successes += 1
        _record(stats, True, now)
        stats.first_token_s = _average(stats.first_token_s, attempt.first_token_s)
        if attempt.first_token_s is not None:
            stats.first_token.record(attempt.first_token_s, now)
        if attempt.usage is not None:
            _measure(stats, attempt.usage, attempt.seconds, now)
    elif attempt.outcome in ("failed", "cut") and (attempt.error is None or attempt.error.elsewhere):
        stats.failures += 1
        stats.rate_limits += attempt.error is not None and attempt.error.status == RateLimited.status
        stats.failed_at = now
        _record(stats, False, now)
    elif attempt.waived == HEDGE and attempt.seconds is not None and attempt.seconds > (stats.first_token_s or 0.0):
        # It lost a race, so its first token would have come later still: the slow must not be judged by their best.
        stats.first_token_s = _average(stats.first_token_s, attempt.seconds)
        stats.first_token.record(attempt.seconds, now)


def _record(stats: EndpointStats, good: bool, now: float) -> None:
    stats.minutes.record(good, now)
    stats.hours.record(good, now)


def _measure(stats: EndpointStats, usage: Usage, seconds: float | None, now: float) -> None:
    stats.prompt_tokens += usage.prompt_tokens
    stats.cache_read_tokens += usage.cache_read_tokens
    stats.completion_tokens += usage.completion_tokens
    if seconds:
        speed = usage.completion_tokens / seconds
        stats.tokens_per_s = _average(stats.tokens_per_s, speed)
        if speed > 0:
            stats.speed.record(speed, now)


def _average(old: float | None, new: float | None) -> float | None:
    if new is None or old is None:
        return old if new is None else new
    return old + SMOOTHING * (new - old)
