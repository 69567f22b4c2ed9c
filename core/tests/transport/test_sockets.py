"""Racing addresses: a dead one costs a quarter of a second at most, and no socket is lost."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from crossroads.clock import SystemClock
from crossroads.engine.transport import sockets

V4, V6 = socket.AF_INET, socket.AF_INET6


class FakeSocket:
    def __init__(self, name: str) -> None:
        self.name, self.closed = name, False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Addresses do what they are called."""
    seen: dict[str, list[Any]] = {"tried": [], "cancelled": [], "made": []}

    async def connect(address: Any) -> FakeSocket:
        name = address[1]
        seen["tried"].append(name)
        if name.startswith("dead"):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                seen["cancelled"].append(name)
                raise
        if name.startswith("refused"):
            raise ConnectionRefusedError(name)
        seen["made"].append(FakeSocket(name))
        return seen["made"][-1]

    monkeypatch.setattr(sockets, "connect", connect)
    monkeypatch.setattr(sockets, "STAGGER_S", 0.01)
    return seen


async def run(*names: str) -> Any:
    return await sockets.race([(V4, name) for name in names], SystemClock())


async def test_the_first_that_connects_wins_and_the_others_are_cancelled(network: dict[str, list[Any]]) -> None:
    assert (await run("dead", "good", "never tried")).name == "good"
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert network["tried"] == ["dead", "good"]
    assert network["cancelled"] == ["dead"]


async def test_a_refusal_goes_on_to_the_next_at_once(network: dict[str, list[Any]]) -> None:
    assert (await run("refused 1", "refused 2", "good")).name == "good"


async def test_when_none_connects_the_last_error_is_told(network: dict[str, list[Any]]) -> None:
    with pytest.raises(ConnectionRefusedError, match="refused 2"):
        await run("refused 1", "refused 2")


async def test_a_cancelled_race_leaves_nothing_behind(network: dict[str, list[Any]]) -> None:
    task = asyncio.create_task(run("dead 1", "dead 2"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sorted(network["cancelled"]) == ["dead 1", "dead 2"]


def test_families_take_turns_beginning_with_the_resolvers_choice() -> None:
    found = [(V6, 1), (V6, 2), (V6, 3), (V4, 4)]
    assert sockets.interleave(found) == [(V6, 1), (V4, 4), (V6, 2), (V6, 3)]
    with pytest.raises(OSError, match="no address"):
        sockets.interleave([])
