"""The embedded store: a bounded window of generations, each its caller's own, and what each key has spent."""

from crossroads.events import AttemptRecord, Generation
from crossroads.store import MemoryStore
from crossroads.types.usage import Usage


def generation(id="gen-1", key_id=None, cost_nano=7):
    attempt = AttemptRecord(
        id="att-1", endpoint="e", provider="p", model="a/b", started_at=86_400.5, outcome="ok", seconds=0.1,
        usage=Usage(input_tokens=3, output_tokens=4), cost_nano=cost_nano,
    )  # fmt: skip
    return Generation(
        id=id, received_at=86_400.25, operation="chat", dialect="openai-chat", stream=False, principal="me",
        key_id=key_id, model="a/b", cost_nano=cost_nano, attempts=(attempt,),
    )  # fmt: skip


async def test_a_generation_comes_back_as_it_was_recorded():
    store = MemoryStore()
    await store.record(generation())
    assert await store.find_generation("gen-1", None) == generation()
    assert store.generations() == [generation()]


async def test_the_generation_of_another_key_is_like_one_that_never_was():
    store = MemoryStore()
    await store.record(generation(key_id="mine"))
    assert await store.find_generation("gen-1", "mine") is not None
    assert await store.find_generation("gen-1", "theirs") is None
    assert await store.find_generation("gen-2", "mine") is None


async def test_the_oldest_leave_beyond_the_window():
    store = MemoryStore(generations_max=2)
    for number in range(3):
        await store.record(generation(f"gen-{number}"))
    assert [kept.id for kept in store.generations()] == ["gen-1", "gen-2"]
    assert (await store.usage(None)).requests == 3


async def test_a_generation_that_is_recorded_twice_counts_once():
    store = MemoryStore()
    await store.record(generation())
    await store.record(generation())
    usage = await store.usage(None)
    assert (usage.requests, usage.spent_nano, usage.by_day) == (1, 7, {1: 7})


async def test_what_an_unknown_price_leaves_out_is_counted():
    store = MemoryStore()
    await store.record(generation(cost_nano=None))
    usage = await store.usage(None)
    assert (usage.spent_nano, usage.unpriced) == (0, 1)
