"""Virtual time: what asyncio does on a real loop it does here, at once and in the same order."""

import asyncio

import pytest
from crossroads_simulate.loop import BEGAN_S, START_S, LoopClock, VirtualLoop


def run(main):
    loop = VirtualLoop()
    return loop.run(main(LoopClock(loop)))


def test_sleeping_takes_no_time_and_wakes_in_order():
    async def main(clock):
        woken = []

        async def sleeper(seconds):
            await clock.sleep(seconds)
            woken.append((seconds, clock.monotonic() - BEGAN_S, clock.time() - START_S))

        async with asyncio.TaskGroup() as group:
            for seconds in (3_600.0, 1.0, 60.0):
                group.create_task(sleeper(seconds))
        return woken

    assert run(main) == [(s, s, pytest.approx(s)) for s in (1.0, 60.0, 3_600.0)]


def test_timeouts_timers_threads_and_locks_work():
    async def main(clock):
        with pytest.raises(TimeoutError):
            async with clock.timeout_at(clock.monotonic() + 5):
                await asyncio.Event().wait()
        called = asyncio.Event()
        clock.call_at(clock.monotonic() + 5, lambda: None).cancel()
        clock.call_at(clock.monotonic() + 2, called.set)
        await called.wait()
        async with asyncio.Lock():
            return await asyncio.to_thread(lambda: "done"), clock.monotonic() - BEGAN_S

    assert run(main) == ("done", 7.0)


def test_waiting_for_what_cannot_come_is_an_error_and_no_hang():
    async def main(clock):
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="nothing is left"):
        run(main)


def test_what_main_raises_comes_out():
    async def main(clock):
        await clock.sleep(1)
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        run(main)
