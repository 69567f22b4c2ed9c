"""Virtual time: an event loop that never waits, because its clock jumps to the next timer; and a clock that reads it.

All of asyncio that the exchange uses runs on it, unchanged. Law: one thread, and no wall clock: the same calls in the
same order give the same run. What would go into a thread is done at once.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from heapq import heappop, heappush
from typing import Any, TypeVar

from crossroads.clock import Cancellable

log = logging.getLogger("crossroads.simulate")
T = TypeVar("T")
START_S = 1_795_564_800.0
"""Of the wall clock: 2026-11-25, so that no run depends on the day on which it is made."""
BEGAN_S = 1_000.0
"""Of the monotonic one."""


class _Handle:
    """What `call_soon` and `call_at` give back."""

    __slots__ = ("_args", "_callback", "_context", "gone")

    def __init__(self, callback: Callable[..., Any], args: tuple[Any, ...], context: Any) -> None:
        self._callback, self._args, self._context = callback, args, context
        self.gone = False

    def cancel(self) -> None:
        self.gone = True

    def cancelled(self) -> bool:
        return self.gone

    def run(self) -> None:
        self._context.run(self._callback, *self._args)


class VirtualLoop(asyncio.AbstractEventLoop):
    """As much of an event loop as needs no socket, no thread and no signal."""

    def __init__(self) -> None:
        self.now = BEGAN_S
        self._ready: deque[_Handle] = deque()
        self._timers: list[tuple[float, int, _Handle]] = []
        self._made = 0
        self._closed = False

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Until it ends. Raises what it raises, and RuntimeError: it waits for what can't come."""
        asyncio._set_running_loop(self)
        try:
            task = self.create_task(main)
            while not task.done():
                if not self._ready and not self._timers:
                    task.cancel()  # its own clean-up still runs
                    while self._ready:
                        self._step()
                    raise RuntimeError("nothing is left that could wake anybody")
                self._step()
            return task.result()
        finally:
            asyncio._set_running_loop(None)
            self._closed = True

    def _step(self) -> None:
        if self._ready:
            handle = self._ready.popleft()
        else:
            when, _, handle = heappop(self._timers)
            if handle.gone:
                return
            self.now = max(self.now, when)
        if not handle.gone:
            handle.run()

    def time(self) -> float:
        return self.now

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = _Handle(callback, args, context or contextvars.copy_context())
        self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = _Handle(callback, args, context or contextvars.copy_context())
        self._made += 1
        heappush(self._timers, (when, self._made, handle))
        return handle

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:
        return self.call_at(self.now + delay, callback, *args, context=context)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: str | None = None, context: Any = None) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """A task that nobody waited for has failed. Called while it is thrown away: nobody is there to raise it to."""
        log.error("%s", context["message"], exc_info=context.get("exception"))

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return not self._closed

    def is_closed(self) -> bool:
        return self._closed


class LoopClock:
    """`crossroads.clock.Clock` of a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def time(self) -> float:
        return START_S - BEGAN_S + self._loop.now

    def monotonic(self) -> float:
        return self._loop.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def timeout_at(self, when: float) -> AbstractAsyncContextManager[Any]:
        return asyncio.timeout_at(when)

    def call_at(self, when: float, callback: Any) -> Cancellable:
        handle: Cancellable = self._loop.call_at(when, callback)
        return handle
