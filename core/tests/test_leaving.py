"""STREAM-4, LIMIT-2: whenever a caller leaves, what it held comes back: sockets, tasks, places, counts; one record."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from crossroads.testing import Answer, Fault, Recorder, ScriptedProvider, SteppedClock, chat, exchange_with, offer, send

SLOW = Answer(pieces=("one ",) * 6, latency_s=4, gap_s=1)
BREAKS = Answer(pieces=("one ",) * 6, latency_s=1, gap_s=1, fault=Fault("close", 700))
STALLS = Answer(fault=Fault("stall"))
CONFIG = {
    "routing": {
        "resume": True,
        "first_token_s": 5,
        "hedge": {"after_s": 2, "max_share": 1, "max_cost_share": 1},
        "concurrency": {"start": 2, "max": 2},
    }
}


@pytest.mark.parametrize("answers", [(SLOW, SLOW), (BREAKS, SLOW), (STALLS, BREAKS), (STALLS, STALLS)])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_caller_may_leave_at_any_time(answers, stream):
    for half_seconds in range(1, 26, 2):
        clock, recorder = SteppedClock(), Recorder()
        async with AsyncExitStack() as stack:
            ups = [await stack.enter_async_context(ScriptedProvider(default=a, clock=clock)) for a in answers]
            facts = {"supported_parameters": ["assistant_prefill"]}
            offers = [offer(f"p{i}", up, api_key=f"sk-{i}", **facts) for i, up in enumerate(ups)]
            x = exchange_with(*offers, sinks={"recorder": recorder}, config=CONFIG, clock=clock)
            await stack.enter_async_context(x)
            before = asyncio.all_tasks()
            calls = [asyncio.create_task(send(x, chat(stream=stream))) for _ in range(6)]
            for _ in range(half_seconds):
                await clock.advance(0.5)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            generations = await recorder.wait_generations(6)
            stats = [x.catalog.stats[endpoint.id] for endpoint in x.catalog.endpoints]
            assert [s.in_flight for s in stats] == [0, 0]
            places = [x.guard.slots.state(endpoint.id) for endpoint in x.catalog.endpoints]
            assert all(place.get("concurrency", 0) == 0 for place in places)
            assert x.guard.slots.queue.size == 0
            async with asyncio.timeout(5):
                for request in (request for up in ups for request in up.requests):
                    await request.over.wait()
            ours = [task for task in asyncio.all_tasks() - before if "Scripted" not in repr(task)]
            assert not ours
        assert len({generation.id for generation in generations}) == len(generations) == 6
        assert "pending" not in {attempt.outcome for generation in generations for attempt in generation.attempts}
