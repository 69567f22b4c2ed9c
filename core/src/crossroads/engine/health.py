"""How endpoints have done lately: counts that decay, and moving averages. Read by strategies through `Candidate.stats`.

Law: a caller's own fault never counts against an endpoint.
"""

from __future__ import annotations

from crossroads.route import Attempt, EndpointStats

HALF_LIFE_S = 60.0
"""An outage weighs half after a minute: long enough to steer away, short enough to come back."""
SMOOTHING = 0.2
"""Share of the newest sample in a moving average."""


def observe(stats: EndpointStats, attempt: Attempt, now: float) -> None:
    """An attempt has ended. now: monotonic seconds."""
    decay = 0.5 ** ((now - stats.updated_at) / HALF_LIFE_S)
    stats.successes *= decay
    stats.failures *= decay
    stats.updated_at = now
    if attempt.outcome == "ok":
        stats.successes += 1
        stats.first_token_s = _average(stats.first_token_s, attempt.first_token_s)
        if attempt.usage is not None and attempt.seconds:
            stats.tokens_per_s = _average(stats.tokens_per_s, attempt.usage.completion_tokens / attempt.seconds)
    elif attempt.outcome in ("failed", "cut") and (attempt.error is None or attempt.error.elsewhere):
        stats.failures += 1
        stats.failed_at = now


def _average(old: float | None, new: float | None) -> float | None:
    if new is None or old is None:
        return old if new is None else new
    return old + SMOOTHING * (new - old)
