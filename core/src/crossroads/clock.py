"""Time, injected everywhere: tests step it, production reads it.

Law: wall time (`time`) is for records, in UTC; every wait, deadline and expiry uses `monotonic`.
"""

from __future__ import annotations

import asyncio
import time as system_time
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Clock(Protocol):
    """What the core asks of a clock. `crossroads.testing.SteppedClock` is the other implementation."""

    def time(self) -> float:
        """UTC, seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait, in monotonic seconds."""
        ...

    def timeout_at(self, when: float) -> AbstractAsyncContextManager[Any]:
        """Cancel the block and raise TimeoutError when `monotonic()` reaches `when`."""
        ...

    def call_at(self, when: float, callback: Any) -> Cancellable:
        """Call back (no arguments) once `monotonic()` reaches `when`, on the running loop."""
        ...


class Cancellable(Protocol):
    def cancel(self) -> None: ...


class SystemClock:
    """The machine's own clock. `monotonic` is the event loop's."""

    time = staticmethod(system_time.time)
    monotonic = staticmethod(system_time.monotonic)
    sleep = staticmethod(asyncio.sleep)

    def timeout_at(self, when: float) -> AbstractAsyncContextManager[Any]:
        # uvloop's and asyncio's loop clocks have their own zero: translate.
        return asyncio.timeout_at(asyncio.get_running_loop().time() + (when - system_time.monotonic()))

    def call_at(self, when: float, callback: Any) -> Cancellable:
        return asyncio.get_running_loop().call_later(when - system_time.monotonic(), callback)
