"""SECRET-2: sent + dropped + waiting = produced, with a dead, slow, hanging or wrong sink; nobody else waits for it."""

import asyncio
import threading

import pytest

from crossroads.engine import outbox as outbox_module
from crossroads.engine.installed.plugins import Hook
from crossroads.engine.outbox import BATCH_MAX, SINK_TIMEOUT_S, Outbox
from crossroads.events import PluginFailed
from crossroads.testing import SteppedClock


def event(number):
    return PluginFailed(id=f"plf-{number:06}", at=0.0, plugin="p", hook="h", error="")


class World:
    """An outbox with one sink, on a stepped clock, and what went wrong in it."""

    def __init__(self, call, is_async=True):
        self.clock, self.failures = SteppedClock(), []
        hook = Hook("sinks/it", call, is_async, False)
        self.outbox = Outbox((hook,), self.clock, lambda plugin, name, error: self.failures.append(error))
        self.outbox.start()
        (self.lane,) = self.outbox.lanes

    def put(self, *numbers):
        for number in numbers:
            self.outbox.put(event(number))

    def in_hand(self):
        """Events that the lane took out and has not settled."""
        return self.lane.produced - self.lane.sent - self.lane.dropped - len(self.lane.waiting)

    async def close(self):
        closing = asyncio.create_task(self.outbox.aclose(timeout_s=0.05))
        await closing
        assert self.in_hand() == 0
        assert not self.lane.waiting


async def test_events_come_in_batches_in_their_order_and_once():
    got = []

    async def sink(events):
        got.append([event.id for event in events])

    world = World(sink)
    world.put(*range(2_500))
    await world.clock.settle()
    assert [len(batch) for batch in got] == [BATCH_MAX, BATCH_MAX, 500]
    assert [one for batch in got for one in batch] == [event(n).id for n in range(2_500)]
    await world.close()
    assert (world.lane.sent, world.lane.dropped) == (2_500, 0)


async def test_a_batch_that_failed_comes_again_with_growing_waits_and_nothing_overtakes_it():
    tries = []

    async def sink(events):
        tries.append((world.clock.monotonic() - began, [event.id for event in events]))
        if len(tries) < 4:
            raise OSError("down")

    world = World(sink)
    began = world.clock.monotonic()
    world.put(1)
    await world.clock.settle()
    world.put(2)
    await world.clock.advance(10)
    assert [round(at, 6) for at, _ in tries] == [0, 0.1, 0.6, 2.6, 2.6]
    assert [ids for _, ids in tries] == [[event(1).id]] * 4 + [[event(2).id]]
    assert len(world.failures) == 3
    await world.close()


async def test_a_dead_sink_loses_the_oldest_beyond_the_bound_and_counts_them(monkeypatch):
    monkeypatch.setattr(outbox_module, "QUEUE_MAX", 100)

    async def dead(events):
        raise OSError("down")

    world = World(dead)
    for number in range(1_000):
        world.put(number)
        if number % 50 == 0:
            await world.clock.advance(1)
        assert len(world.lane.waiting) <= 100
        assert 0 <= world.in_hand() <= BATCH_MAX
    assert world.lane.dropped > 0
    await world.close()
    assert (world.lane.sent, world.lane.dropped) == (0, 1_000)


async def test_a_sink_that_recovers_gets_the_newest(monkeypatch):
    monkeypatch.setattr(outbox_module, "QUEUE_MAX", 10)
    got, up = [], []

    async def sink(events):
        if not up:
            raise OSError("down")
        got.extend(event.id for event in events)

    world = World(sink)
    world.put(*range(100))
    await world.clock.advance(1)
    up.append(True)
    await world.clock.advance(60)
    assert got[-10:] == [event(n).id for n in range(90, 100)]
    assert world.lane.sent + world.lane.dropped == 100
    await world.close()


async def test_a_sink_that_hangs_is_given_up_after_its_time_and_tried_again():
    calls = []

    async def sink(events):
        calls.append(len(events))
        if len(calls) == 1:
            await asyncio.Event().wait()

    world = World(sink)
    world.put(1)
    await world.clock.advance(SINK_TIMEOUT_S - 1)
    assert (calls, world.failures) == ([1], [])
    await world.clock.advance(2)
    assert calls == [1, 1]
    assert [type(error) for error in world.failures] == [TimeoutError]
    assert world.lane.sent == 1
    await world.close()


async def test_a_plain_sink_runs_in_a_thread_of_its_own_and_can_not_hold_up_name_look_ups():
    release, threads = threading.Event(), []

    def sink(events):
        threads.append(threading.current_thread().name)
        release.wait(5)

    world = World(sink, is_async=False)
    world.put(1)
    found = [asyncio.to_thread(threading.get_ident) for _ in range(64)]
    async with asyncio.timeout(5):
        await asyncio.gather(*found)
    release.set()
    async with asyncio.timeout(5):
        while not world.lane.sent:
            await asyncio.sleep(0.001)
    assert threads[0].startswith("sinks/it")
    await world.close()


@pytest.mark.parametrize("spoil", [lambda events: events.clear(), lambda events: events.append(1)])
async def test_a_sink_can_not_change_its_batch(spoil):
    async def sink(events):
        spoil(events)

    world = World(sink)
    world.put(1, 2)
    await world.clock.settle()
    assert [type(error) for error in world.failures] == [AttributeError]
    await world.close()
    assert world.lane.dropped == 2


async def test_closing_gives_one_last_chance_and_counts_the_rest():
    got = []

    async def sink(events):
        got.extend(events)

    world = World(sink)
    world.put(1, 2)
    await world.close()
    assert (len(got), world.lane.sent, world.lane.dropped) == (2, 2, 0)


async def test_one_dead_sink_takes_nothing_from_another():
    got = []

    async def dead(events):
        raise OSError("down")

    async def alive(events):
        got.extend(events)

    clock = SteppedClock()
    box = Outbox((Hook("dead", dead, True, False), Hook("alive", alive, True, False)), clock, lambda *_: None)
    box.start()
    for number in range(10):
        box.put(event(number))
    await clock.settle()
    assert len(got) == 10
    await box.aclose(timeout_s=0.05)
