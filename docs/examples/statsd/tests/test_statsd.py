"""StatsD: what every sink must hold, and what arrives at a real socket."""

import asyncio
import socket
from collections.abc import Iterator

import pytest
from crossroads_statsd import DATAGRAM_BYTES_MAX, Settings, Statsd

from crossroads.events import Generation
from crossroads.testing import sink_conformance

WAIT_S = 5.0

TestIt = sink_conformance(Statsd, lambda folder: {"port": 9125})


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(WAIT_S)
        yield listening


def call(number: int) -> Generation:
    return Generation(
        id=f"gen-{number}", operation="chat", dialect="openai-chat", stream=False, received_at=1.0,
        principal="local", key_id=None, model="acme/small", seconds=0.25, cost_nano=number,
    )  # fmt: skip


def received(server: socket.socket, *batches: list[Generation]) -> list[bytes]:
    """The lines that arrive for these batches, and for a last one that ends them."""
    end = call(999_999)

    async def emit() -> None:
        sink = Statsd(Settings(port=server.getsockname()[1]))
        await sink.start()
        for batch in (*batches, [end]):
            sink.sink_emit(batch)
        await sink.aclose()

    asyncio.run(emit())
    lines: list[bytes] = []
    while b"crossroads.cost_nano:999999|c" not in lines:
        datagram = server.recv(65_535)
        assert len(datagram) <= DATAGRAM_BYTES_MAX
        lines += datagram.split(b"\n")
    return lines[:-3]


def test_a_call_is_three_metrics(server: socket.socket) -> None:
    assert received(server, [call(7)]) == [
        b"crossroads.calls.ok:1|c",
        b"crossroads.seconds:250|ms",
        b"crossroads.cost_nano:7|c",
    ]


def test_a_batch_that_comes_again_counts_once_and_a_long_one_is_split(server: socket.socket) -> None:
    batch = [call(number) for number in range(100)]
    assert len(received(server, batch, batch)) == 300
