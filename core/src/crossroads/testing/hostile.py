"""A plugin that breaks every hook of the contract, as told: what the core must stand (INVARIANTS PLUG-3, law 5).

    policies={"hostile": Hostile("hang", "policy_admit")}

Blocking the event loop is outside the contract of a plain `def` hook, so nothing here does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from crossroads.hookspecs import hookimpl

Behaviour = Literal[
    "raise", "unprintable", "cancel", "exit", "hang", "type", "length", "values", "coroutine", "mutate", "none"
]
"""raise: an exception that quotes `canary`. unprintable: one whose text can't be made. cancel: CancelledError of its
own making. exit: SystemExit. hang: for ever (async hooks; a plain one answers None). type: an object of no use.
length, values: as many answers as nobody asked for; answers that are no numbers or names. coroutine: `async def` where
a value is due. mutate: changes what it was given. none: nothing to say, in every hook."""

ASYNC_HOOKS = frozenset(
    {
        "provider_open",
        "policy_admit",
        "policy_reserve",
        "policy_settle",
        "provider_models",
        "sink_emit",
        "strategy_check",
    }
)
PLAIN_HOOKS = frozenset({"policy_permit", "strategy_score", "strategy_heard", "provider_prepare", "provider_error"})
HOOKS = ASYNC_HOOKS | PLAIN_HOOKS


class Unprintable(Exception):
    """Its text raises too."""

    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__


class Hostile:
    """Behaves badly in `hooks` (default: all) and has nothing to say in the others.

    calls: names of the hooks that were called, in order. canary: what a raised error quotes, as a careless one would.
    """

    def __init__(self, behaviour: Behaviour, *hooks: str, canary: str = "sk-canary-hostile") -> None:
        unknown = set(hooks) - HOOKS
        if unknown:
            raise ValueError(f"no such hook: {', '.join(sorted(unknown))}")
        self.behaviour, self.canary = behaviour, canary
        self._hooks = frozenset(hooks) or HOOKS
        self.calls: list[str] = []

    @hookimpl
    async def provider_open(self, provider: Any, transport: Any, credential: Any) -> Any:
        return await self._slowly("provider_open", credential)

    @hookimpl
    async def provider_models(self, provider: Any, get: Any) -> Any:
        return await self._slowly("provider_models", provider)

    @hookimpl
    async def policy_admit(self, call: Any) -> Any:
        return await self._slowly("policy_admit", call)

    @hookimpl
    async def policy_reserve(self, call: Any, attempt: Any) -> Any:
        return await self._slowly("policy_reserve", attempt)

    @hookimpl
    async def policy_settle(self, call: Any, usages: Any) -> Any:
        return await self._slowly("policy_settle", usages)

    @hookimpl
    async def strategy_check(self, call: Any, attempt: Any, reply: Any) -> Any:
        return await self._slowly("strategy_check", reply)

    @hookimpl
    async def sink_emit(self, events: Any) -> Any:
        return await self._slowly("sink_emit", events)

    @hookimpl
    def policy_permit(self, call: Any, candidates: Any) -> Any:
        return self._at_once("policy_permit", candidates)

    @hookimpl
    def strategy_score(self, call: Any, candidates: Any) -> Any:
        return self._at_once("strategy_score", candidates)

    @hookimpl
    def strategy_heard(self, call: Any, attempt: Any, reply: Any) -> Any:
        return self._at_once("strategy_heard", reply)

    @hookimpl
    def provider_prepare(self, attempt: Any, request: Any) -> Any:
        return self._at_once("provider_prepare", request)

    @hookimpl
    def provider_error(self, attempt: Any, status: Any, body: Any, error: Any) -> Any:
        return self._at_once("provider_error", error)

    async def _slowly(self, hook: str, given: Any) -> Any:
        if self.behaviour == "hang" and hook in self._hooks:
            self.calls.append(hook)
            await asyncio.Event().wait()
        return self._at_once(hook, given)

    def _at_once(self, hook: str, given: Any) -> Any:
        self.calls.append(hook)
        if hook not in self._hooks:
            return None
        match self.behaviour:
            case "raise":
                raise RuntimeError(f"hostile with {self.canary}")
            case "unprintable":
                raise Unprintable
            case "cancel":
                raise asyncio.CancelledError
            case "exit":
                raise SystemExit(3)
            case "type":
                return object()
            case "length":
                return [1.0] * 1_000
            case "values":
                return ["?", None, b"\xff"]
            case "coroutine":
                return _Coroutine()
            case "mutate":
                _spoil(given)
        return None


class _Coroutine:
    """An awaitable where none is due (a real coroutine would only add a warning of the interpreter's)."""

    def __await__(self) -> Any:
        yield from ()


def _spoil(given: Any) -> None:
    """Whatever of it can be changed in place. What is frozen answers with an error, which then is ours to raise."""
    tries: list[Callable[[], Any]] = [
        lambda: given.clear(),
        lambda: given.append(object()),
        lambda: setattr(given, "url", "http://127.0.0.1:1/"),
        lambda: setattr(given[0], "endpoint", None),
    ]
    for change in tries:
        try:
            change()
        except (AttributeError, TypeError, IndexError):
            continue
