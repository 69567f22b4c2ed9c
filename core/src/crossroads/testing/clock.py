"""Clocks for tests: one that moves only when a test says so, in front of the same event loop; one that never waits.

Law: callbacks run in the order of their times, then of their registration; between two of them every task that can run
does. What runs in a thread (name look-ups, `asyncio.to_thread`) is outside its reach: wait for its effect first, e.g.
with `ScriptedProvider.wait_received`.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from crossroads.clock import SystemClock

SETTLE_TURNS = 50
"""Turns of the event loop in which tasks, and sockets of this machine, come to rest."""
CALLBACKS_MAX = 10_000
"""In one `advance`; beyond it something calls itself for ever."""

T = TypeVar("T")


class Timer:
    """One registered callback. `cancel` is idempotent."""

    __slots__ = ("callback", "when")

    def __init__(self, when: float, callback: Callable[[], Any]) -> None:
        self.when = when
        self.callback: Callable[[], Any] | None = callback

    def cancel(self) -> None:
        self.callback = None


class SteppedClock:
    """`crossroads.clock.Clock`, stepped by `await clock.advance(seconds)`.

    time_s: UTC seconds at the start (2026-11-25 00:00). monotonic_s: another zero, so that mixing the two shows.
    """

    def __init__(self, time_s: float = 1_795_564_800.0, monotonic_s: float = 5_000.0) -> None:
        self._wall_zero = time_s - monotonic_s
        self._now = monotonic_s
        self._timers: list[tuple[float, int, Timer]] = []
        self._registered = 0

    def time(self) -> float:
        return self._wall_zero + self._now

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_at(self._now + seconds, lambda: None if waiter.done() else waiter.set_result(None))
        try:
            await waiter
        finally:
            timer.cancel()

    def timeout_at(self, when: float) -> AbstractAsyncContextManager[asyncio.Timeout]:
        return self._timeout_at(when)

    @asynccontextmanager
    async def _timeout_at(self, when: float) -> AsyncIterator[asyncio.Timeout]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as timeout:  # asyncio's own cancellation rules, at our time
            timer = self.call_at(when, lambda: timeout.reschedule(loop.time()))
            try:
                yield timeout
            finally:
                timer.cancel()

    def call_at(self, when: float, callback: Callable[[], Any]) -> Timer:
        timer = Timer(when, callback)
        if when <= self._now:
            asyncio.get_running_loop().call_soon(self._fire, timer)
        else:
            self._registered += 1
            heapq.heappush(self._timers, (when, self._registered, timer))
        return timer

    def step_wall(self, seconds: float) -> None:
        """The wall clock jumps (an operator, NTP, a bad battery); monotonic time does not."""
        self._wall_zero += seconds

    async def settle(self) -> None:
        """Let everything run that can without time going by."""
        for _ in range(SETTLE_TURNS):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Move on, and run what falls due on the way."""
        end = self._now + seconds
        await self.settle()
        for _ in range(CALLBACKS_MAX):
            if not self._timers or self._timers[0][0] > end:
                self._now = end
                await self.settle()
                return
            await self._next()
        raise RuntimeError(f"{CALLBACKS_MAX} callbacks fell due within {seconds} s: one of them calls itself for ever.")

    async def run(self, work: Coroutine[Any, Any, T], limit_s: float = 86_400.0) -> T:
        """Carry `work` to its end, stepping from timer to timer; TimeoutError when it is not over within `limit_s`.

        Only for work that waits for this clock alone: sockets and threads are given no time beyond `settle`.
        """
        task = asyncio.ensure_future(work)
        end = self._now + limit_s
        try:
            await self.settle()
            while not task.done():
                if not self._timers or self._timers[0][0] > end:
                    raise TimeoutError(f"not over after {limit_s} s of this clock")
                await self._next()
            return task.result()
        finally:
            task.cancel()

    async def _next(self) -> None:
        when, _, timer = heapq.heappop(self._timers)
        if timer.callback is None:
            return
        self._now = max(self._now, when)
        self._fire(timer)
        await self.settle()

    @staticmethod
    def _fire(timer: Timer) -> None:
        callback, timer.callback = timer.callback, None
        if callback is not None:
            callback()


class QuickClock(SystemClock):
    """The machine's own clock, whose sleeps are noted and not slept: for what asks again and again until it is done."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
