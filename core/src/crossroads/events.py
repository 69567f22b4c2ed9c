"""What sinks receive, one struct each. Never a prompt, an answer or a secret.

`id` is unique and sorts by time: a sink that sees a batch again knows what it already has.
"""

from __future__ import annotations

import msgspec

from crossroads.route import Outcome
from crossroads.types.usage import Usage

SCHEMA = 1


class AttemptRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One upstream call of a generation. cost_nano None: a price is unknown, which is never 0.

    cost_nano: what the provider bills. waived: why the caller is not charged for it.
    """

    id: str
    endpoint: str
    provider: str
    model: str
    started_at: float
    outcome: Outcome
    seconds: float | None = None
    first_token_s: float | None = None
    upstream_status: int | None = None
    upstream_id: str | None = None
    finish_reason: str | None = None
    usage: Usage | None = None
    cost_nano: int | None = None
    waived: str | None = None
    error_code: str | None = None
    error: str | None = None

    @property
    def charged_nano(self) -> int | None:
        """What the caller is charged."""
        return self.cost_nano if self.waived is None else 0


class Generation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="generation"):
    """The whole record of one request, settled. Times in UTC seconds, durations in seconds, money in nano-dollars."""

    id: str
    received_at: float
    operation: str
    dialect: str
    stream: bool
    principal: str
    key_id: str | None
    model: str | None
    """As the caller named it."""
    served_model: str | None = None
    provider: str | None = None
    provider_name: str | None = None
    outcome: Outcome = "ok"
    status: int = 200
    seconds: float = 0.0
    cost_nano: int | None = None
    """Of all attempts, as the providers bill them."""
    attempts: tuple[AttemptRecord, ...] = ()
    app_url: str | None = None
    app_title: str | None = None
    user_agent: str | None = None
    session_id: str | None = None
    error_code: str | None = None
    error: str | None = None

    @property
    def charged_nano(self) -> int | None:
        """What of `cost_nano` the caller is charged: all, but for attempts that are waived."""
        if all(attempt.waived is None for attempt in self.attempts):
            return self.cost_nano
        charges = [attempt.charged_nano for attempt in self.attempts if attempt.usage is not None]
        return None if None in charges else sum(charge or 0 for charge in charges)


class PluginFailed(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="plugin_failed"):
    """A plugin raised, hung or answered nonsense where that fails no request."""

    id: str
    at: float
    plugin: str
    hook: str
    error: str


class EndpointHealth(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="endpoint_health"):
    """A circuit breaker has changed its state: closed, open (nobody is sent there) or half_open (one call probes)."""

    id: str
    at: float
    endpoint: str
    state: str
    why: str


Event = Generation | PluginFailed | EndpointHealth
