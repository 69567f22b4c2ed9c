"""One exchange on a real socket: bodies, cuts, timeouts, back-pressure, cancellation."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import pytest

from crossroads.clock import SystemClock
from crossroads.engine.transport import HttpxTransport
from crossroads.engine.transport.limits import Limits
from crossroads.errors import BadUpstream, ConnectFailed, StreamCut, UpstreamTimeout
from crossroads.wire import HttpRequest, Timeouts

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def short(**bounds: float) -> Timeouts:
    return Timeouts(**{"connect_s": 5, "pool_s": 5, "write_s": 5, "first_byte_s": 5, "read_s": 5, **bounds})


async def test_a_request_arrives_whole_and_its_answer_comes_back(peer: Any, make_transport: Any, ok: Any) -> None:
    peer.replies = [[ok(b"hello", b"X-Request-Id: 7")]]
    response = await make_transport().send(peer.request("POST", headers=((b"x-a", b"b"),), body=b"{}"))
    assert (response.status, response.framed) == (200, True)
    assert (b"x-request-id", b"7") in response.headers
    assert await response.read(100) == b"hello"
    assert peer.requests[0].startswith(b"POST /v1?x=1 HTTP/1.1\r\nhost: 127.0.0.1:%d\r\n" % peer.port)
    assert peer.requests[0].endswith(b"content-length: 2\r\n\r\n{}")


async def test_pieces_come_as_they_are_sent(peer: Any, make_transport: Any) -> None:
    peer.replies = [[CHUNKED, 0.01, b"3\r\none\r\n", "hold", b"3\r\ntwo\r\n0\r\n\r\n"]]
    response = await make_transport().send(peer.request())
    pieces = []
    async for piece in response:
        pieces.append(piece)
        peer.let_go.set()
    assert pieces == [b"one", b"two"]


async def test_a_large_body_goes_both_ways(peer: Any, make_transport: Any, ok: Any) -> None:
    body = bytes(range(256)) * 8192
    peer.replies = [[ok(body)]]
    response = await make_transport().send(peer.request("POST", body=body))
    assert await response.read(1 << 30) == body
    assert peer.requests[0].endswith(body)


async def test_a_response_is_read_once(peer: Any, make_transport: Any, ok: Any) -> None:
    peer.replies = [[ok()]]
    response = await make_transport().send(peer.request())
    await response.read(100)
    with pytest.raises(RuntimeError):
        await response.read(100)


async def test_a_body_over_the_callers_limit_is_refused(peer: Any, make_transport: Any, ok: Any, until: Any) -> None:
    transport = make_transport()
    peer.replies = [[ok(b"x" * 101)], [CHUNKED, b"65\r\n" + b"x" * 101 + b"\r\n", "hold"]]
    for _ in range(2):
        response = await transport.send(peer.request())
        with pytest.raises(BadUpstream, match="over 100 bytes"):
            await response.read(100)


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_close_delimited_body_ends_with_a_clean_end_only(peer: Any, make_transport: Any, end: str) -> None:
    peer.replies = [[b"HTTP/1.1 200 OK\r\n\r\nhello", 0.02, end]]
    response = await make_transport().send(peer.request())
    assert not response.framed
    if end == "close":
        assert await response.read(100) == b"hello"
    else:
        with pytest.raises(StreamCut):
            await response.read(100)


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_cut_gives_the_pieces_before_it_and_then_the_error(peer: Any, make_transport: Any, end: str) -> None:
    peer.replies = [[CHUNKED, b"3\r\none\r\n", 0.02, end]]
    response = await make_transport().send(peer.request())
    pieces = []
    with pytest.raises(StreamCut):  # noqa: PT012
        async for piece in response:
            pieces.append(piece)
    assert pieces == [b"one"]


async def test_a_body_cut_at_any_byte_never_looks_complete(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport()
    whole = CHUNKED + b"3\r\none\r\n5;x=y\r\n two!\r\n0\r\na: b\r\n\r\n"
    for raw in (whole, ok(b"hello")):
        peer.requests.clear()
        peer.replies = [[raw[:cut], "close"] for cut in range(len(raw))]
        for _ in peer.replies:
            with pytest.raises(BadUpstream):
                await (await transport.send(peer.request())).read(100)


async def test_an_end_without_an_answer_may_be_billed(peer: Any, make_transport: Any) -> None:
    peer.replies = [["close"]]
    with pytest.raises(BadUpstream) as caught:
        await make_transport().send(peer.request("POST"))
    assert caught.value.billing == "maybe"
    assert not isinstance(caught.value, StreamCut)


async def test_an_early_answer_to_a_long_request_is_given_out_and_the_connection_closed(make_transport: Any) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno")
        await gone.wait()
        writer.close()

    gone = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 16)
    transport = make_transport()
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    response = await transport.send(HttpRequest(method="POST", url=url, body=b"x" * (16 << 20)))
    assert (response.status, await response.read(10)) == (413, b"no")
    assert not transport._origins  # not kept: the request was never written to its end
    gone.set()
    server.close()


# Timeouts.


async def test_silence_before_the_answer_times_out(peer: Any, make_transport: Any, until: Any) -> None:
    peer.replies = [["hold"]]
    with pytest.raises(UpstreamTimeout, match="did not begin") as caught:
        await make_transport().send(peer.request(timeouts=short(first_byte_s=0.05)))
    assert caught.value.billing == "maybe"


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200", CHUNKED, CHUNKED + b"3\r\none\r\n", CHUNKED + b"3\r\non"])
async def test_silence_within_the_answer_times_out(peer: Any, make_transport: Any, begun: bytes) -> None:
    peer.replies = [[begun, "hold"]]
    with pytest.raises(UpstreamTimeout, match="stopped"):
        await (await make_transport().send(peer.request(timeouts=short(read_s=0.05)))).read(100)


async def test_a_head_that_trickles_gets_no_more_time(peer: Any, make_transport: Any) -> None:
    peer.replies = [[part for byte in b"HTTP/1.1 200 OK\r\nx" for part in (bytes([byte]), 0.03)] + ["close"]]
    with pytest.raises(UpstreamTimeout):
        await make_transport().send(peer.request(timeouts=short(read_s=0.1)))


async def test_a_stream_may_last_longer_than_any_one_silence(peer: Any, make_transport: Any) -> None:
    peer.replies = [[CHUNKED, *[part for _ in range(8) for part in (0.03, b"1\r\nx\r\n")], b"0\r\n\r\n"]]
    response = await make_transport().send(peer.request(timeouts=short(read_s=0.15, first_byte_s=0.15)))
    assert await response.read(100) == b"x" * 8


async def test_a_peer_that_takes_nothing_times_out_the_write(make_transport: Any) -> None:
    release = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1024)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    request = HttpRequest(method="POST", url=url, body=b"x" * (32 << 20), timeouts=short(write_s=0.1))
    with pytest.raises(UpstreamTimeout, match="took no byte"):
        await make_transport().send(request)
    release.set()
    server.close()


async def test_refused_and_unknown_hosts_were_sent_nothing(peer: Any, make_transport: Any) -> None:
    transport = make_transport()
    request = peer.request()
    await peer.stop()
    for url in (request.url, "http://name.invalid/"):
        with pytest.raises(ConnectFailed) as caught:
            await transport.send(msgspec.structs.replace(request, url=url))
        assert caught.value.billing == "no"
    assert not transport._origins


async def test_a_handshake_that_hangs_times_out_the_connect(make_transport: Any) -> None:
    release = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    transport = make_transport()
    with pytest.raises(ConnectFailed, match="in time"):
        await transport.send(HttpRequest(method="GET", url=url, timeouts=short(connect_s=0.1)))
    assert not transport._origins
    release.set()
    server.close()


@pytest.mark.parametrize("kind", ["pool", "httpx"])
async def test_the_deadline_of_the_call_ends_a_stream_that_never_stalls(
    peer: Any, make_transport: Any, kind: str
) -> None:
    peer.replies = [[CHUNKED, *[part for _ in range(200) for part in (0.01, b"1\r\nx\r\n")]]]
    transport = make_transport() if kind == "pool" else HttpxTransport()
    response = await transport.send(peer.request(deadline=SystemClock().monotonic() + 0.1))
    with pytest.raises(UpstreamTimeout, match="deadline"):
        await response.read(1000)
    await response.aclose()
    await transport.aclose()


async def test_the_deadline_holds_while_a_consumer_stalls_and_while_a_place_is_awaited(
    peer: Any, make_transport: Any, until: Any
) -> None:
    peer.replies = [[CHUNKED + b"1\r\nx\r\n", "hold"]]
    transport = make_transport(limits=Limits(connections_per_origin=1))
    clock = SystemClock()
    response = await transport.send(peer.request(deadline=clock.monotonic() + 0.1))
    with pytest.raises(ConnectFailed, match="became free"):
        await transport.send(peer.request(deadline=clock.monotonic() + 0.05))
    await until(lambda: response._source._reader.error is not None)
    with pytest.raises(UpstreamTimeout, match="deadline"):
        await response.read(1000)


# Back-pressure and cancellation.


async def test_a_stalled_consumer_stops_the_upstream(make_transport: Any, until: Any) -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (50 << 20))
        for _ in range(50):
            writer.write(b"x" * (1 << 20))
            await writer.drain()
            sent += 1
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    limits = Limits()
    transport = make_transport(limits=limits)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    response = await transport.send(HttpRequest(method="GET", url=url, timeouts=short(read_s=0.1)))
    reader = response._source._reader
    await until(lambda: reader.buffered >= limits.buffered_high_bytes)
    before = -1
    while before != sent:  # until nothing moves; longer than read_s, which does not count our own pause
        before = sent
        await asyncio.sleep(0.15)
    assert sent < 40
    assert reader.buffered <= limits.buffered_high_bytes + 256 * 1024
    total = 0
    async for piece in response:
        total += len(piece)
        assert reader.buffered <= limits.buffered_high_bytes + 256 * 1024
    assert total == 50 << 20
    server.close()


@pytest.mark.parametrize("where", ["send", "read", "iterate", "aclose"])
async def test_an_abandoned_exchange_closes_the_socket_at_once(
    peer: Any, make_transport: Any, until: Any, where: str
) -> None:
    transport = make_transport()
    peer.replies = [["hold"] if where == "send" else [CHUNKED, b"3\r\none\r\n", "hold"]]

    async def go() -> None:
        response = await transport.send(peer.request())
        if where == "read":
            await response.read(100)
        elif where == "iterate":
            async for _ in response:
                pass
        else:
            await response.aclose()
            await response.aclose()

    task = asyncio.create_task(go())
    await until(lambda: peer.requests)
    await asyncio.sleep(0.03)
    started = time.monotonic()
    if where != "aclose":
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await until(lambda: not transport._live)
    assert time.monotonic() - started < 1
    assert not transport._origins
    peer.let_go.set()


async def test_closing_the_transport_ends_what_goes_on(peer: Any, make_transport: Any, until: Any) -> None:
    transport = make_transport()
    peer.replies = [["hold"]]
    task = asyncio.create_task(transport.send(peer.request()))
    await until(lambda: peer.requests)
    await transport.aclose()
    with pytest.raises(BadUpstream, match="closed"):
        await task
    with pytest.raises(ConnectFailed, match="closed"):
        await transport.send(peer.request())
    peer.let_go.set()


async def test_closing_the_transport_ends_what_is_still_connecting(peer: Any, make_transport: Any, until: Any) -> None:
    transport = make_transport()
    peer.replies = [["hold"]]
    task = asyncio.create_task(transport.send(peer.request()))
    await asyncio.sleep(0)
    await transport.aclose()
    with pytest.raises(ConnectFailed, match="closed"):
        await task
    await until(lambda: not transport._live and not transport._origins)
    assert not peer.requests
