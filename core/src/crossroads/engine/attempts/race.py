"""A race of attempts: while the first is slow, a second one elsewhere; the first token wins.

Laws: a hedge is one attempt more of the same call, chosen by the same turns, so that every bound of theirs holds; what
makes something that stays (a job, a stored reply) never races; the loser is cancelled at once, is billed what it is
billed, and charges nobody. When, and how often: `hedges`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

import msgspec

from crossroads.call import Call, Head
from crossroads.engine.attempts.insurance import HEDGE
from crossroads.engine.attempts.leg import leg
from crossroads.engine.attempts.running import Running
from crossroads.engine.attempts.turns import Turns
from crossroads.errors import CrossroadsError
from crossroads.route import Candidate, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.attempts.resume import Story
    from crossroads.engine.exchange import Exchange

RACING = frozenset({"chat", "completions", "embeddings", "rerank", "moderation", "count_tokens"})
"""Operations that leave nothing behind; images, sounds and videos are made, and paid for, once."""
STAYING = ("background", "store")
"""Fields that ask an upstream to keep what it makes."""
FALSE = (b"false", b"null")


def may_race(call: Call) -> bool:
    """Is it harmless to do this twice?"""
    return call.operation in RACING and not any(_asks(call, name) for name in STAYING)


def _asks(call: Call, name: str) -> bool:
    value = call.opened.fields.get(name)
    return bytes(value) not in FALSE if isinstance(value, msgspec.Raw) else bool(value)


class Leg:
    """One attempt of a race: its parts, and the task that waits for the first of them."""

    __slots__ = ("first", "parts", "running")

    def __init__(self, running: Running, parts: AsyncGenerator[Head | bytes, None]) -> None:
        self.running, self.parts = running, parts
        self.first: asyncio.Task[Head | bytes] = asyncio.ensure_future(anext(parts))


class Race:
    """`winner()` once, `aclose()` always. Failures before a token are the turns', as without a race."""

    def __init__(self, call: Call, route: Route, turns: Turns, x: Exchange, story: Story | None) -> None:
        self._call, self._route, self._turns, self._x, self._story = call, route, turns, x, story
        self._legs: list[Leg] = []
        self._failed: list[tuple[Candidate, CrossroadsError]] = []
        """While another leg runs, no failure ends the call: no denial of a hedge, and nothing that its host refuses."""
        self.run = False
        """Is it over?"""
        if x.guard.hedges is not None:
            x.guard.hedges.called(route.budgeted)

    async def winner(self) -> tuple[Running, AsyncGenerator[Head | bytes, None]]:
        """The attempt that serves, and all its parts. Raises what ends the call."""
        hedge_at: float | None = None
        while True:
            if not self._legs:
                self._give_up()
                candidate = await self._turns.next()
                if candidate is None:
                    raise self._turns.last()
                wait = self._start(candidate)
                hedge_at = None if wait is None else self._x.clock.monotonic() + wait
            if not await self._ready(hedge_at):
                hedge_at = None
                self._hedge()
                continue
            for one in [one for one in self._legs if one.first.done()]:
                self._legs.remove(one)
                try:
                    first = one.first.result()
                except CrossroadsError as error:
                    self._failed.append((one.running.candidate, error))
                    continue
                self._won(one)
                return one.running, _whole(first, one.parts)

    async def aclose(self) -> None:
        """Whoever has not won is cancelled, and has ended when this returns."""
        self.run = True
        self._cancel()
        for one in self._legs:
            await asyncio.wait([one.first])
            if not one.first.cancelled():
                one.first.exception()  # it has been measured; nobody else asks for it
            await one.parts.aclose()
        self._legs.clear()

    def _start(self, candidate: Candidate) -> float | None:
        running = Running(self._call, self._route, candidate, self._x)
        self._legs.append(Leg(running, leg(running, self._x, self._story)))
        hedges = self._x.guard.hedges
        return None if hedges is None else hedges.after_s(candidate, self._x.clock.monotonic())

    def _give_up(self) -> None:
        """All legs have failed. Raises what ends the call."""
        failed, self._failed = self._failed, []
        for candidate, error in failed:
            self._turns.failed(candidate, error)

    def _hedge(self) -> None:
        hedges, slow = self._x.guard.hedges, self._legs[0].running.candidate.endpoint
        if hedges is None or not hedges.may_spend(self._route.budgeted):
            self._route.reasons.append(Reason("attempt", "hedge", "slow, and no hedge is left", slow.id))
            return
        candidate = self._turns.at_once(self._x.clock.monotonic())
        if candidate is not None:
            hedges.spend(self._route.budgeted)
            self._route.reasons.append(Reason("attempt", "hedge", f"{slow.id} is slow", candidate.endpoint.id))
            self._start(candidate)

    async def _ready(self, hedge_at: float | None) -> bool:
        """Wait until a leg has something; False: it is time for a hedge."""
        firsts = [one.first for one in self._legs]
        if hedge_at is None:
            await asyncio.wait(firsts, return_when=asyncio.FIRST_COMPLETED)
            return True
        try:
            async with self._x.clock.timeout_at(hedge_at):
                await asyncio.wait(firsts, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            return any(first.done() for first in firsts)
        return True

    def _won(self, winner: Leg) -> None:
        self.run = True
        attempts = self._route.attempts
        attempts.remove(winner.running.attempt)
        attempts.append(winner.running.attempt)  # the last one is the one that serves
        winner.running.serves()
        self._cancel()

    def _cancel(self) -> None:
        for one in self._legs:
            one.running.waive(HEDGE)
            one.first.cancel()


async def _whole(first: Head | bytes, rest: AsyncGenerator[Head | bytes, None]) -> AsyncGenerator[Head | bytes, None]:
    async with aclosing(rest):
        yield first
        async for part in rest:
            yield part
