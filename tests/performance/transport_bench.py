"""CPU time per small request of `Http1Transport`, against a trivial peer in another process.

python tests/performance/transport_bench.py [requests] [connections] [uvloop|asyncio]
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from typing import Any

from crossroads.engine.transport import Http1Transport
from crossroads.wire import HttpRequest

REPLY = (
    b"HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 10:00:00 GMT\r\ncontent-type: application/json\r\n"
    b"content-length: 722\r\nserver: bench\r\nx-request-id: req_0123456789abcdef\r\nprocessing-ms: 123\r\n\r\n"
) + b"x" * 722
HEADERS = (
    (b"authorization", b"Bearer " + b"k" * 48),
    (b"content-type", b"application/json"),
    (b"accept", b"application/json"),
    (b"user-agent", b"crossroads"),
)
BODY = b"y" * 831
WARM_UP = 50


class Replier(asyncio.Protocol):
    """Answers every read: on the loopback a small request comes in one piece."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(REPLY)


def serve(port: Any) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Replier, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    runner(sys.argv[3] if len(sys.argv) > 3 else "uvloop").run(run())


def runner(loop: str) -> asyncio.Runner:
    if loop == "asyncio":
        return asyncio.Runner()
    import uvloop

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


async def measure(port: int, requests: int, connections: int) -> str:
    transport = Http1Transport()
    url = f"http://127.0.0.1:{port}/v1/chat/completions"

    async def worker(count: int) -> None:
        for _ in range(count):
            response = await transport.send(HttpRequest(method="POST", url=url, headers=HEADERS, body=BODY))
            if len(await response.read(1 << 20)) != 722:
                raise RuntimeError("a wrong answer")
            await response.aclose()

    await asyncio.gather(*(worker(WARM_UP) for _ in range(connections)))
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(worker(requests // connections) for _ in range(connections)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    await transport.aclose()
    return (
        f"{cpu / requests * 1e6:.1f} us CPU per request, {requests / wall:,.0f} requests/s, {connections} connections"
    )


def main() -> None:
    requests, connections = int((sys.argv[1:] or ["50000"])[0]), int((sys.argv[2:] or ["32"])[0])
    ours, theirs = multiprocessing.Pipe()
    peer = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    peer.start()
    print(runner((sys.argv[3:] or ["uvloop"])[0]).run(measure(ours.recv(), requests, connections)))
    peer.terminate()


if __name__ == "__main__":
    main()
