"""The end of every call: policies settle, the record is kept, the sinks are told. Once, whatever happened.

Runs shielded: a caller that hangs up, or a server that shuts down, does not stop it half-way.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.engine.installed.plugins import is_failure
from crossroads.events import AttemptRecord, Generation
from crossroads.route import Attempt, Outcome

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

TEXT_CHARS_MAX = 1_000
"""Of each text of a record: a caller's name of a model or a provider's error may be megabytes, and thousands of records
are kept."""
SETTLE_TIMEOUT_S = 30.0
"""For one policy to settle one call. Generous: what is given up here is money that nobody counts."""


async def settle(call: Call, x: Exchange) -> None:
    """Never raises: the reply has left, and what fails here is reported under its plugin's name.

    The end of the reply waits for the policies up to `limits.policy_timeout_s`; then they go on behind it.
    """
    try:
        if all(not policy.is_async and not policy.slow for policy in x.hooks.settle):
            await _policies(call, x)  # none of them waits, so nothing can cut it short
        else:
            with suppress(TimeoutError):
                async with x.clock.timeout_at(x.clock.monotonic() + x.config.limits.policy_timeout_s):
                    await x.shielded(_policies(call, x))
    finally:  # also when the caller is cancelled a second time
        generation = record(call, x)
        x.outbox.put(generation)  # before anything that can be cut short
        await x.keep(generation)


async def _policies(call: Call, x: Exchange) -> None:
    attempts = call.route.attempts if call.route is not None else []
    usages = tuple((attempt, attempt.usage) for attempt in attempts if attempt.usage is not None)
    for policy in x.hooks.settle:
        try:
            if not policy.is_async and not policy.slow:
                policy.call(call, usages)
                continue
            async with x.clock.timeout_at(x.clock.monotonic() + SETTLE_TIMEOUT_S):
                await (policy.call(call, usages) if policy.is_async else asyncio.to_thread(policy.call, call, usages))
        except BaseException as error:
            if not is_failure(error):
                raise
            x.plugin_failed(policy.plugin, "policy_settle", error)


def record(call: Call, x: Exchange) -> Generation:
    """The whole story of a call, without a word of its content."""
    attempts = tuple(attempt_record(a, x) for a in (call.route.attempts if call.route is not None else ()))
    last = call.attempt
    costs = [a.cost_nano for a in attempts if a.usage is not None]
    served = last is not None and last.outcome in ("ok", "cut", "cancelled")
    outcome: Outcome = "failed"
    if call.error is None:
        nobody_asked: Outcome = "ok" if call.estimated else "cancelled"
        outcome = nobody_asked if last is None else last.outcome
    elif call.started and last is not None:
        outcome = "cut"
    return Generation(
        id=call.id,
        received_at=call.received_at,
        operation=call.operation,
        dialect=call.dialect.name,
        stream=call.stream,
        principal=call.principal.name,
        key_id=call.principal.key_id,
        model=_cut(call.opened.models[0]) if call.opened.models else None,
        served_model=last.endpoint.model if served and last else None,
        provider=last.endpoint.provider if served and last else None,
        provider_name=last.endpoint.provider_name if served and last else None,
        outcome=outcome,
        status=200 if call.error is None or call.started else call.error.status,
        seconds=x.clock.monotonic() - call.began,
        cost_nano=None if any(cost is None for cost in costs) else sum(cost or 0 for cost in costs),
        attempts=attempts,
        app_url=call.caller.app_url,
        app_title=call.caller.app_title,
        user_agent=call.caller.user_agent,
        session_id=_cut(call.session_id),
        error_code=None if call.error is None else call.error.code,
        error=None if call.error is None else _cut(x.reporter.redact(str(call.error))),
    )


def attempt_record(attempt: Attempt, x: Exchange) -> AttemptRecord:
    """One upstream call, as events and `/generation` show it."""
    return AttemptRecord(
        id=attempt.id,
        endpoint=attempt.endpoint.id,
        provider=attempt.endpoint.provider,
        model=attempt.endpoint.model,
        started_at=attempt.started_at,
        outcome=attempt.outcome,
        seconds=attempt.seconds,
        first_token_s=attempt.first_token_s,
        upstream_status=attempt.upstream_status,
        upstream_id=_cut(attempt.upstream_id),
        finish_reason=_cut(attempt.finish_reason),
        usage=attempt.usage,
        cost_nano=None if attempt.cost is None else attempt.cost.total_nano,
        waived=attempt.waived,
        error_code=None if attempt.error is None else attempt.error.code,
        error=None if attempt.error is None else _cut(x.reporter.redact(str(attempt.error))),
    )


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= TEXT_CHARS_MAX else text[: TEXT_CHARS_MAX - 1] + "…"
