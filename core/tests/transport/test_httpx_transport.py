"""The same contract over httpx."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from crossroads.engine.transport import HttpxTransport, Limits
from crossroads.errors import BadRequest, BadUpstream, ConnectFailed, StreamCut, UpstreamTimeout
from crossroads.wire import Timeouts

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest_asyncio.fixture
async def transport() -> AsyncIterator[HttpxTransport]:
    transport = HttpxTransport(limits=Limits(body_bytes=1 << 20))
    yield transport
    await transport.aclose()


def test_importing_the_package_loads_no_httpx() -> None:
    code = "import sys, crossroads.engine.transport; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_it_sends_what_was_given_and_nothing_of_its_own(peer: Any, transport: HttpxTransport, ok: Any) -> None:
    peer.replies = [[ok(gzip.compress(b"hello"), b"content-encoding: gzip", b"X-A: b")]]
    response = await transport.send(peer.request("POST", headers=((b"x-a", b"b"),), body=b"{}"))
    assert (response.status, response.framed, response.headers) == (200, True, ((b"x-a", b"b"),))
    assert await response.read(100) == b"hello"
    await response.aclose()
    head = peer.requests[0].lower()
    assert b"user-agent" not in head
    assert head.count(b"accept-encoding: gzip, deflate\r\n") == 1
    assert head.endswith(b"{}")


async def test_pieces_come_as_they_are_sent(peer: Any, transport: HttpxTransport) -> None:
    peer.replies = [[CHUNKED, b"3\r\none\r\n", "hold", b"3\r\ntwo\r\n0\r\n\r\n"]]
    response = await transport.send(peer.request())
    pieces = []
    async for piece in response:
        pieces.append(piece)
        peer.let_go.set()
    assert pieces == [b"one", b"two"]
    await response.aclose()


async def test_a_redirect_is_an_answer_like_any_other(peer: Any, transport: HttpxTransport) -> None:
    peer.replies = [[b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"]]
    response = await transport.send(peer.request())
    assert (response.status, await response.read(10)) == (302, b"")
    assert len(peer.requests) == 1


async def test_a_cookie_of_one_answer_goes_out_with_no_other(peer: Any, transport: HttpxTransport, ok: Any) -> None:
    peer.replies = [[ok(b"a", b"set-cookie: tenant=one; Path=/")], [ok(b"b")]]
    for _ in range(2):
        response = await transport.send(peer.request())
        await response.read(100)
        await response.aclose()
    assert b"tenant=one" not in peer.requests[1]


async def test_poison_finds_nobody(peer: Any, transport: HttpxTransport, ok: Any) -> None:
    peer.replies = [[ok(b"good") + ok(b"poison")]]
    for _ in range(3):
        response = await transport.send(peer.request())
        assert await response.read(100) == b"good"
        await response.aclose()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (["close"], BadUpstream),
        ([b"nonsense\r\n\r\n"], BadUpstream),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"], BadUpstream),
        ([CHUNKED, b"3\r\none\r\n", 0.02, "close"], StreamCut),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", 0.02, "close"], StreamCut),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 2097152\r\n\r\n" + b"x" * (2 << 20)], BadUpstream),
        ([b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\nx"], BadUpstream),
        (["hold"], UpstreamTimeout),
        ([CHUNKED, "hold"], UpstreamTimeout),
    ],
)
async def test_failures_are_ours(
    peer: Any, transport: HttpxTransport, reply: list[Any], error: type[Exception]
) -> None:
    peer.replies = [reply]
    request = peer.request(timeouts=Timeouts(first_byte_s=0.2, read_s=0.2))
    with pytest.raises(error):
        await (await transport.send(request)).read(1 << 30)


async def test_a_bomb_is_a_bad_upstream(peer: Any, transport: HttpxTransport, ok: Any) -> None:
    peer.replies = [[ok(gzip.compress(b"\0" * (8 << 20)), b"content-encoding: gzip")]]
    with pytest.raises(BadUpstream):
        await (await transport.send(peer.request())).read(1 << 30)


async def test_what_was_not_sent_says_so(peer: Any, transport: HttpxTransport) -> None:
    request = peer.request()
    await peer.stop()
    with pytest.raises(ConnectFailed):
        await transport.send(request)
    with pytest.raises(ConnectFailed):
        await transport.send(msgspec.structs.replace(request, url="ftp://h/"))
    with pytest.raises(BadRequest):
        await transport.send(msgspec.structs.replace(request, headers=((b"a", b"b\r\nc: d"),)))
    await transport.aclose()
    with pytest.raises(ConnectFailed, match="closed"):
        await transport.send(request)


async def test_the_environment_is_read_only_when_asked(peer: Any, ok: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{peer.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    peer.replies = [[ok(b"from the proxy")]]
    request = msgspec.structs.replace(peer.request(), url="http://name.invalid/")
    asked, unasked = HttpxTransport(trust_env=True), HttpxTransport()
    assert await (await asked.send(request)).read(100) == b"from the proxy"
    with pytest.raises(ConnectFailed):
        await unasked.send(request)
    await asked.aclose()
    await unasked.aclose()
