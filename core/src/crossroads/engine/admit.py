"""Who calls, and may they enter: the first two stages.

Law: policies fail closed. What raises, answers nonsense or takes too long denies; a delivered Deny always denies.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

from crossroads.call import LOCAL, Call, Deny, Principal, Rewrite
from crossroads.engine.installed.plugins import Hook, is_failure
from crossroads.engine.presets import apply_preset
from crossroads.errors import CrossroadsError, Denied, Overloaded, Unauthorized
from crossroads.route import Attempt, Reason
from crossroads.store import KeyRecord, MemoryStore

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

SLOW_FACTOR = 30
"""A plugin that declares `slow = True` has this many times `limits.policy_timeout_s`."""


async def identify(call: Call, x: Exchange) -> Principal:
    """The principal behind the call's key. Raises Unauthorized. Without any key ever created everybody is LOCAL."""
    return await identify_token(call.caller.token, x)


async def identify_token(token: str | None, x: Exchange) -> Principal:
    """By one look-up of the SHA-256 of the whole credential (SEC-2). A store that can't say is no 401 (STORE-3)."""
    if not x.keys_required:
        return LOCAL
    if not token:
        raise Unauthorized("No auth credentials found.", remedy="Send `Authorization: Bearer <key>`.")
    digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
    key = await _found(digest, x)
    if key is None or key.disabled:
        raise Unauthorized("This key is not known, or is disabled.", remedy="Check it, or ask for a new one.")
    return Principal(name=key.name, key_id=key.hash)


async def _found(digest: str, x: Exchange) -> KeyRecord | None:
    """Raises Overloaded: the store failed, or took too long."""
    if isinstance(x.store, MemoryStore):
        return await x.store.find_key(digest)
    try:
        async with x.clock.timeout_at(x.clock.monotonic() + x.config.limits.policy_timeout_s):
            return await x.store.find_key(digest)
    except BaseException as error:
        if not is_failure(error):
            raise
        x.plugin_failed("store", "find_key", error)
        raise Overloaded("The keys can't be looked up now.", remedy="Retry in a while.", retry_after_s=1) from error


async def admit(call: Call, x: Exchange) -> None:
    """Fill in the preset, then every policy's `policy_admit`, in order. Raises Denied, or the error of a Deny."""
    if x.config.presets:
        apply_preset(call, x.config.presets)
    for policy in x.hooks.admit:
        decision = await ask(policy, "policy_admit", x, call)
        match decision:
            case None:
                pass
            case Deny(error=CrossroadsError() as error):
                raise error
            case Deny(reason=reason, remedy=remedy):
                raise Denied(f"{policy.plugin}: {reason}.", remedy=remedy)
            case Rewrite(request=request, lost=lost):
                call.typed = request
                call.stripped = [*call.stripped, *lost]
            case _:
                raise _nonsense(policy, "policy_admit", decision, x)


async def reserve(policy: Hook, call: Call, attempt: Attempt, x: Exchange) -> None:
    """One policy's `policy_reserve`. A Rewrite is of this attempt alone, and the route says what it left out."""
    decision = await ask(policy, "policy_reserve", x, call, attempt)
    if decision is None:
        return
    if not isinstance(decision, Rewrite):
        raise _nonsense(policy, "policy_reserve", decision, x)
    attempt.request, attempt.lost = decision.request, (*attempt.lost, *decision.lost)
    if call.route is not None:
        for lost in decision.lost:
            text = f"{lost.field} {lost.how}: {lost.why}"
            call.route.reasons.append(Reason("attempt", policy.plugin, text, attempt.endpoint.id))


async def ask(policy: Hook, hook: str, x: Exchange, *args: Any) -> Any:
    """One policy hook, within its time. Raises its own CrossroadsError, and Denied for anything else.

    An error that would send the call elsewhere is none of a policy's: that a call may not be made, no other endpoint
    changes.
    """
    try:
        if not (policy.is_async or policy.slow):
            return policy.call(*args)
        seconds = x.config.limits.policy_timeout_s * (SLOW_FACTOR if policy.slow else 1)
        async with x.clock.timeout_at(x.clock.monotonic() + seconds):
            return await (policy.call(*args) if policy.is_async else asyncio.to_thread(policy.call, *args))
    except BaseException as error:
        if not is_failure(error) or (isinstance(error, CrossroadsError) and not error.elsewhere):
            raise
        x.plugin_failed(policy.plugin, hook, error)
        raise failed_closed(policy) from error


def _nonsense(policy: Hook, hook: str, answer: object, x: Exchange) -> Denied:
    x.plugin_failed(policy.plugin, hook, TypeError(f"{hook} answered a {type(answer).__name__}"))
    return failed_closed(policy)


def failed_closed(policy: Hook) -> Denied:
    """What a policy that failed says."""
    return Denied(
        f"policy {policy.plugin} failed, and a policy that fails denies.",
        remedy="Ask the operator of this gateway to look at its log.",
    )
