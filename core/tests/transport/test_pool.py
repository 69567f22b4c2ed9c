"""The pool: what is used again, what never is, who waits, and that no place is ever lost."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from typing import Any

import msgspec
import pytest

from crossroads.clock import SystemClock
from crossroads.engine.transport import Http1Transport, Limits
from crossroads.errors import ConnectFailed, CrossroadsError
from crossroads.wire import Timeouts

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class JumpingClock(SystemClock):
    """Monotonic time that a test can move forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:  # type: ignore[override]
        return SystemClock.monotonic() + self.ahead


async def ask(transport: Http1Transport, request: Any) -> bytes:
    response = await transport.send(request)
    try:
        return await response.read(1 << 20)
    finally:
        await response.aclose()


def places(transport: Http1Transport) -> tuple[int, int, int]:
    """(taken, idle, waiting) over all origins."""
    all_places = transport._origins.values()
    return (
        sum(p.taken for p in all_places),
        sum(len(p.idle) for p in all_places),
        sum(len(p.waiters) for p in all_places),
    )


async def test_a_connection_is_used_again(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport()
    chunked = CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"
    peer.replies = [[ok()], [chunked], [b"HTTP/1.1 204 No Content\r\n\r\n"], [ok()]]
    assert [await ask(transport, peer.request()) for _ in range(4)] == [b"hello", b"hello", b"", b"hello"]
    assert peer.accepted == 1
    assert places(transport) == (0, 1, 0)


async def test_a_connection_that_the_request_gave_up_is_not_used_again(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport()
    peer.replies = [[ok()]]  # the peer itself would keep it
    for _ in range(2):
        await ask(transport, peer.request(keep_alive=False))
    assert peer.accepted == 2
    assert places(transport) == (0, 0, 0)


async def test_a_whole_answer_frees_its_place_before_it_is_read(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport(limits=Limits(connections_per_origin=1))
    peer.replies = [[ok(b"first")], [ok(b"second")]]
    first = await transport.send(peer.request())
    second = await transport.send(peer.request())
    assert (await second.read(100), await first.read(100)) == (b"second", b"first")
    await first.aclose()
    await second.aclose()
    assert peer.accepted == 1


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nkeep-alive: timeout=1\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello\r\n",
    ],
    ids=["close", "HTTP/1.0", "about to expire", "surplus"],
)
async def test_what_may_not_live_on_is_not_used_again(peer: Any, make_transport: Any, reply: bytes) -> None:
    transport = make_transport()
    peer.replies = [[reply]]
    for _ in range(3):
        assert await ask(transport, peer.request()) == b"hello"
    assert peer.accepted == 3


POISON = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison"
ENDINGS = {
    "length": b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood",
    "chunked": CHUNKED + b"4\r\ngood\r\n0\r\n\r\n",
    "no body": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\n",
}


@pytest.mark.parametrize("delay_s", [None, 0.0, 0.005, 0.05])
@pytest.mark.parametrize("ending", ENDINGS)
async def test_the_next_caller_never_gets_poison(
    peer: Any, make_transport: Any, ending: str, delay_s: float | None
) -> None:
    transport = make_transport()
    good = ENDINGS[ending]
    peer.replies = [[good + POISON]] if delay_s is None else [[good, delay_s, POISON]]
    for _ in range(5):
        assert await ask(transport, peer.request()) in (b"good", b"")
        await asyncio.sleep(0 if delay_s is None else delay_s + 0.02)
    assert peer.accepted == 5


async def test_poison_that_the_loop_has_not_seen_is_seen_in_the_socket(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport()
    peer.replies = [[ok(b"good")]]
    await ask(transport, peer.request())
    (connection,) = transport._live
    assert connection.usable(0)
    # Sent past the event loop, which gets no turn to read it: only a look at the socket can tell.
    with socket.socket(fileno=os.dup(peer.writers[0].get_extra_info("socket").fileno())) as direct:
        direct.send(POISON)
    assert not connection.usable(0)
    assert await ask(transport, peer.request()) == b"good"
    assert peer.accepted == 2


async def test_with_a_quiet_time_poison_finds_nobody(peer: Any, make_transport: Any, ok: Any) -> None:
    clock = JumpingClock()
    transport = make_transport(clock=clock, limits=Limits(quiet_s=5))
    peer.replies = [[ok(b"good"), 0.02, POISON], [ok(b"good")]]
    assert [await ask(transport, peer.request()) for _ in range(2)] == [b"good"] * 2  # the second at once, elsewhere
    assert peer.accepted == 2
    await asyncio.sleep(0.05)
    clock.ahead = 6.0
    assert await ask(transport, peer.request()) == b"good"
    assert peer.accepted == 2  # the silent one is used again


async def test_a_connection_closed_by_the_peer_while_idle_costs_the_next_caller_nothing(
    peer: Any, make_transport: Any, ok: Any, until: Any
) -> None:
    transport = make_transport()
    peer.replies = [[ok(), "close"], [ok(), "reset"], [ok()]]
    for _ in range(3):
        assert await ask(transport, peer.request("POST")) == b"hello"
        await asyncio.sleep(0.02)
    assert peer.accepted == 3
    assert len(peer.requests) == 3


async def test_nothing_is_sent_twice_when_a_used_connection_ends_without_an_answer(
    peer: Any, make_transport: Any, ok: Any
) -> None:
    transport = make_transport()
    peer.replies = [[ok()], [0.02, "close"], [ok()]]
    await ask(transport, peer.request())
    with pytest.raises(CrossroadsError) as caught:
        await ask(transport, peer.request("POST", body=b"once"))
    assert caught.value.billing == "maybe"
    assert [b"once" in request for request in peer.requests] == [False, True]


async def test_an_idle_connection_expires(peer: Any, make_transport: Any, ok: Any, until: Any) -> None:
    clock = JumpingClock()
    transport = make_transport(clock=clock, limits=Limits(idle_s=30))
    peer.replies = [[ok()]]
    await ask(transport, peer.request())
    clock.ahead = 29.0
    await ask(transport, peer.request())
    assert peer.accepted == 1
    clock.ahead += 31.0
    await ask(transport, peer.request())
    assert peer.accepted == 2


async def test_expired_connections_are_swept_without_a_caller(
    peer: Any, make_transport: Any, ok: Any, until: Any
) -> None:
    transport = make_transport(limits=Limits(idle_s=0.05))
    peer.replies = [[ok()]]
    await ask(transport, peer.request())
    await until(lambda: not transport._live and not transport._origins)


async def test_idle_connections_are_bounded(peer: Any, make_transport: Any, ok: Any, until: Any) -> None:
    transport = make_transport(limits=Limits(idle_per_origin=2))
    peer.replies = [[0.02, ok()]]
    await asyncio.gather(*(ask(transport, peer.request()) for _ in range(5)))
    await until(lambda: len(transport._live) == 2)
    assert places(transport) == (0, 2, 0)


async def test_places_are_bounded_and_given_in_order(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport(limits=Limits(connections_per_origin=2))
    peer.replies = [[0.005, ok()]]
    order: list[int] = []

    async def one(n: int) -> None:
        await ask(transport, peer.request(headers=((b"n", b"%d" % n),)))
        order.append(n)

    await asyncio.gather(*(one(n) for n in range(12)))
    assert peer.accepted == 2
    sent = [int(request.split(b"\r\nn: ")[1].split(b"\r\n")[0]) for request in peer.requests]
    assert sent == sorted(sent) or all(abs(a - b) <= 1 for a, b in zip(sent, range(12), strict=True))
    assert places(transport) == (0, 2, 0)


async def test_waiting_for_a_place_has_an_end_and_a_bound(peer: Any, make_transport: Any, until: Any, ok: Any) -> None:
    transport = make_transport(limits=Limits(connections_per_origin=1, waiters_per_origin=1))
    peer.replies = [["hold", ok()]]
    first = asyncio.create_task(ask(transport, peer.request()))
    await until(lambda: peer.requests)
    second = asyncio.create_task(ask(transport, peer.request(timeouts=Timeouts(pool_s=0.05))))
    await asyncio.sleep(0)
    with pytest.raises(ConnectFailed, match="wait for a connection"):
        await ask(transport, peer.request())
    with pytest.raises(ConnectFailed, match="became free") as caught:
        await second
    assert caught.value.billing == "no"
    peer.let_go.set()
    assert await first == b"hello"
    assert places(transport) == (0, 1, 0)
    assert len(peer.requests) == 1


@pytest.mark.parametrize("turns", range(12))
async def test_a_connect_cancelled_at_any_turn_leaves_nothing(
    peer: Any, make_transport: Any, ok: Any, until: Any, turns: int
) -> None:
    transport = make_transport()
    peer.replies = [["hold"]]
    for _ in range(5):
        task = asyncio.create_task(transport.send(peer.request()))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await until(lambda: not transport._live and not transport._origins)
    peer.let_go.set()
    await until(lambda: peer.open == 0)


@pytest.mark.parametrize("seed", range(5))
async def test_no_place_is_lost_however_exchanges_end(
    peer: Any, make_transport: Any, ok: Any, until: Any, seed: int
) -> None:
    chance = random.Random(seed)
    limit = 3
    transport = make_transport(limits=Limits(connections_per_origin=limit, idle_s=5))
    replies: list[list[Any]] = [
        [ok()],
        [0.002, ok()],
        [CHUNKED, b"1\r\nx\r\n", 0.003, b"1\r\ny\r\n0\r\n\r\n"],
        [CHUNKED, b"1\r\nx\r\n", "close"],
        [ok(), 0.001, POISON],
        [ok() + POISON],
        ["reset"],
        [b"nonsense"],
    ]
    peer.replies = [chance.choice(replies) for _ in range(2000)]

    async def one() -> None:
        response = await transport.send(peer.request(timeouts=Timeouts(pool_s=chance.choice([0.002, 1]))))
        try:
            if chance.random() < 0.5:
                await response.read(100)
            elif chance.random() < 0.5:
                async for _ in response:
                    pass
        finally:
            await response.aclose()

    tasks: list[asyncio.Task[None]] = []
    for _ in range(250):
        tasks.append(asyncio.create_task(one()))
        if chance.random() < 0.5:
            await asyncio.sleep(chance.choice([0, 0, 0.001]))
        if chance.random() < 0.4:
            chance.choice(tasks).cancel()
        assert len(transport._live) <= limit + transport_closing(transport)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    surprising = [o for o in outcomes if o is not None and not isinstance(o, CrossroadsError | asyncio.CancelledError)]
    assert not surprising
    assert places(transport)[::2] == (0, 0)
    await until(lambda: len(transport._live) == places(transport)[1])
    peer.replies = [[ok()]]
    fresh = [ask(transport, peer.request()) for _ in range(2 * limit)]  # every place still works
    assert len(await asyncio.gather(*fresh)) == 2 * limit


def transport_closing(transport: Http1Transport) -> int:
    """Connections whose socket is being closed are live for one more turn of the loop."""
    return sum(connection.closing for connection in transport._live)


async def test_origins_share_nothing(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport()
    peer.replies = [[ok()]]
    request = peer.request()
    await ask(transport, request)
    await ask(transport, msgspec.structs.replace(request, url=request.url.replace("127.0.0.1", "localhost")))
    assert peer.accepted == 2
    assert places(transport) == (0, 2, 0)
