"""The stepped clock: order, cancellation and timeouts as asyncio's own, when the test chooses. The quick one."""

import asyncio

import pytest

from crossroads.testing import QuickClock, SteppedClock


async def test_callbacks_run_in_the_order_of_their_times_and_see_their_own_time():
    clock = SteppedClock()
    began, ran = clock.monotonic(), []
    for after in (3, 1, 2, 1):
        clock.call_at(began + after, lambda after=after: ran.append((after, clock.monotonic() - began)))
    await clock.advance(2)
    assert ran == [(1, 1), (1, 1), (2, 2)]
    await clock.advance(1)
    assert ran[-1] == (3, 3)
    assert clock.monotonic() == began + 3


async def test_a_callback_that_is_due_runs_without_a_step_and_a_cancelled_one_never():
    clock, ran = SteppedClock(), []
    clock.call_at(clock.monotonic(), lambda: ran.append("due"))
    clock.call_at(clock.monotonic(), lambda: ran.append("cancelled")).cancel()
    clock.call_at(clock.monotonic() + 1, lambda: ran.append("cancelled later")).cancel()
    await clock.advance(2)
    assert ran == ["due"]


async def test_sleepers_wake_between_callbacks_and_may_sleep_again_within_one_step():
    clock, woke = SteppedClock(), []

    async def tick():
        began = clock.monotonic()
        for _ in range(3):
            await clock.sleep(1)
            woke.append(clock.monotonic() - began)

    task = asyncio.create_task(tick())
    await clock.advance(2.5)
    assert woke == [1, 2]
    await clock.advance(0.5)
    assert woke == [1, 2, 3]
    await task


async def test_a_timeout_ends_its_block_and_only_its_block():
    clock = SteppedClock()

    async def work():
        try:
            async with clock.timeout_at(clock.monotonic() + 1):
                await asyncio.Event().wait()
        except TimeoutError:
            await clock.sleep(1)
            return "went on"

    assert await clock.run(work()) == "went on"


async def test_a_timeout_that_has_passed_already_ends_the_first_wait():
    clock = SteppedClock()
    with pytest.raises(TimeoutError):
        async with clock.timeout_at(clock.monotonic() - 1):
            await asyncio.Event().wait()


async def test_a_block_that_ends_in_time_is_left_alone():
    clock = SteppedClock()
    async with clock.timeout_at(clock.monotonic() + 1):
        pass
    await clock.advance(5)


async def test_cancellation_from_outside_stays_cancellation():
    clock = SteppedClock()

    async def work():
        async with clock.timeout_at(clock.monotonic() + 1):
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await clock.settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_never_ends_is_an_error_and_not_a_hanging_test(monkeypatch):
    monkeypatch.setattr("crossroads.testing.clock.CALLBACKS_MAX", 100)
    clock = SteppedClock()
    with pytest.raises(TimeoutError):
        await clock.run(asyncio.Event().wait())

    def again():
        clock.call_at(clock.monotonic() + 1e-9, again)

    again()
    with pytest.raises(RuntimeError, match="calls itself"):
        await clock.advance(1)


async def test_the_wall_clock_can_jump_while_monotonic_time_does_not():
    clock = SteppedClock()
    wall, mono = clock.time(), clock.monotonic()
    clock.step_wall(-3600)
    assert clock.time() == wall - 3600
    assert clock.monotonic() == mono


async def test_a_quick_clock_notes_what_it_does_not_sleep():
    clock = QuickClock()
    await asyncio.wait_for(clock.sleep(3600), 5)
    assert clock.slept == [3600]
