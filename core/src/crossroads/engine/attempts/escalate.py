"""Escalation: a reply is held back until a strategy finds it good enough; if none does, the next model is asked.

Laws: each try is an attempt of the route, billed and shown; nothing of a reply that was turned down leaves, unless
nobody behind it delivers: then the last one does, for it was paid for. A check that fails, or that can't read the
reply, finds it good. Without checks, or with one model, nothing is held.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from crossroads.call import Call, Head
from crossroads.engine.attempts.dispatch import attempts
from crossroads.engine.attempts.joined import joined
from crossroads.engine.attempts.verdicts import verdict
from crossroads.engine.installed.plugins import Hook, is_failure
from crossroads.errors import BadUpstream, CrossroadsError
from crossroads.route import Attempt, Candidate, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

Parts = list[Head | bytes]


async def escalated(call: Call, route: Route, x: Exchange) -> AsyncGenerator[Head | bytes, None]:
    """As `attempts`, over one model after the other until a reply is good enough."""
    checks = () if call.dialect.makes_jobs else x.strategies.checks(call)
    *before, last = _models(route) if checks else [route]
    held: tuple[Attempt, Parts] | None = None
    for part in before:
        try:
            found = [piece async for piece in _bounded(attempts(call, part, x), x)]
        except CrossroadsError as error:
            if error.elsewhere and verdict(error, repeat_billed=x.config.routing.repeat_billed) != "never":
                continue
            if held is None:
                raise
            break
        assert call.attempt is not None, "what came, came of an attempt"
        why = await _turned_down(call, call.attempt, found, checks, x)
        if why is None:
            for piece in found:
                yield piece
            return
        held = call.attempt, found
        route.reasons.append(Reason("attempt", why[0], f"not good enough: {why[1]}", call.attempt.endpoint.id))
    else:
        passed = False
        try:
            async with aclosing(attempts(call, last, x)) as pieces:
                async for piece in pieces:
                    passed = True
                    yield piece
            return
        except CrossroadsError:
            if held is None or passed:
                raise
    call.attempt, found = held
    text = "delivered after all: nobody behind it could"
    route.reasons.append(Reason("attempt", "escalation", text, call.attempt.endpoint.id))
    for piece in found:
        yield piece


async def _bounded(pieces: AsyncGenerator[Head | bytes, None], x: Exchange) -> AsyncGenerator[Head | bytes, None]:
    """Raises BadUpstream: more than a reply may have."""
    size = 0
    async with aclosing(pieces):
        async for piece in pieces:
            size += len(piece) if isinstance(piece, bytes) else 0
            if size > x.config.limits.response_bytes:
                raise BadUpstream("its reply is too long to be checked.", remedy="Ask for less.")
            yield piece


def _models(route: Route) -> list[Route]:
    """One part for each model, in the order of their first candidates."""
    models: dict[str, list[Candidate]] = {}
    for candidate in route.candidates:
        models.setdefault(candidate.endpoint.model, []).append(candidate)
    return [_part(route, candidates) for candidates in models.values()]


def _part(route: Route, candidates: list[Candidate]) -> Route:
    """A route of some candidates, whose attempts and reasons are those of the whole."""
    part = Route(candidates[0].endpoint.model)
    part.candidates, part.chosen = tuple(candidates), route.chosen
    part.attempts, part.reasons, part.left_out = route.attempts, route.reasons, route.left_out
    return part


async def _turned_down(
    call: Call, attempt: Attempt, parts: Parts, checks: tuple[Hook, ...], x: Exchange
) -> tuple[str, str] | None:
    """Who turns it down, and why."""
    try:
        reply = joined(call, b"".join(part for part in parts if isinstance(part, bytes)))
    except (CrossroadsError, ValueError, LookupError, TypeError) as error:
        x.plugin_failed(call.dialect.name, "strategy_check", error)
        return None
    if reply is None:
        return None
    for check in checks:
        why = await _asked(check, call, attempt, reply, x)
        if why is not None:
            return check.plugin, why
    return None


async def _asked(check: Hook, call: Call, attempt: Attempt, reply: dict[str, Any], x: Exchange) -> str | None:
    try:
        async with x.clock.timeout_at(x.clock.monotonic() + x.config.limits.policy_timeout_s):
            if check.slow:
                why = await asyncio.to_thread(check.call, call, attempt, reply)
            else:
                why = check.call(call, attempt, reply)
                why = await why if check.is_async else why
        if not isinstance(why, str | None):
            raise TypeError(f"strategy_check answered a {type(why).__name__}")
        return why
    except BaseException as error:
        if not is_failure(error):
            raise
        x.plugin_failed(check.plugin, "strategy_check", error)
        return None
