"""Events on their way to sinks: one bounded queue a sink, batches, back-off. Off the request path.

Law (SECRET-2): a dead, slow or wrong sink delays no request, keeps memory bounded, and loses nothing uncounted:
sent + dropped + waiting = produced.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from crossroads.clock import Clock
from crossroads.engine.installed.plugins import Hook, is_failure
from crossroads.events import Event

QUEUE_MAX = 10_000
BATCH_MAX = 1_000
BACKOFF_S = (0.1, 0.5, 2.0, 10.0, 30.0)
"""Waits between tries of one batch; the last one repeats."""
SINK_TIMEOUT_S = 60.0


class Lane:
    """One sink's queue, and what became of its events."""

    def __init__(self, sink: Hook) -> None:
        self.sink = sink
        self.waiting: deque[Event] = deque()
        self.produced = self.sent = self.dropped = 0
        self.wake = asyncio.Event()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix=sink.plugin)
        """For a plain `def`. Its own: a sink that hangs must not take the threads that look up names."""


class Outbox:
    """All lanes. `failed(plugin, hook, error)` is told of every try that failed."""

    def __init__(
        self, sinks: tuple[Hook, ...], clock: Clock, failed: Callable[[str, str, BaseException], None]
    ) -> None:
        self.lanes = tuple(Lane(sink) for sink in sinks)
        self._clock, self._failed = clock, failed
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._drain(lane)) for lane in self.lanes]

    def put(self, event: Event) -> None:
        """Never waits, never raises: beyond QUEUE_MAX the oldest goes, and is counted."""
        for lane in self.lanes:
            lane.produced += 1
            if len(lane.waiting) >= QUEUE_MAX:
                lane.waiting.popleft()
                lane.dropped += 1
            lane.waiting.append(event)
            lane.wake.set()

    async def aclose(self, timeout_s: float = 5.0) -> None:
        """Give every sink a last chance, bounded; what is still waiting then is counted as dropped."""
        self._closing = True
        for lane in self.lanes:
            lane.wake.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for lane in self.lanes:
            lane.dropped += len(lane.waiting)
            lane.waiting.clear()
            lane.thread.shutdown(wait=False, cancel_futures=True)

    async def _drain(self, lane: Lane) -> None:
        while True:
            if not lane.waiting:
                if self._closing:
                    return
                lane.wake.clear()
                await lane.wake.wait()
                continue
            batch = tuple(lane.waiting.popleft() for _ in range(min(BATCH_MAX, len(lane.waiting))))
            try:
                delivered = await self._deliver(lane, batch)
            except asyncio.CancelledError:
                lane.dropped += len(batch)
                raise
            if delivered:
                lane.sent += len(batch)
            else:
                lane.dropped += len(batch)

    async def _deliver(self, lane: Lane, batch: tuple[Event, ...]) -> bool:
        """Until the sink takes it. False: it fills up behind this batch (or we close), so this one is given up."""
        for tries in range(1_000_000):
            try:
                async with self._clock.timeout_at(self._clock.monotonic() + SINK_TIMEOUT_S):
                    if lane.sink.is_async:
                        await lane.sink.call(batch)
                    else:
                        await asyncio.get_running_loop().run_in_executor(lane.thread, lane.sink.call, batch)
                return True
            except BaseException as error:
                if not is_failure(error):
                    raise
                self._failed(lane.sink.plugin, "sink_emit", error)
            if self._closing or len(lane.waiting) >= QUEUE_MAX:
                return False
            await self._clock.sleep(BACKOFF_S[min(tries, len(BACKOFF_S) - 1)])
        return False
