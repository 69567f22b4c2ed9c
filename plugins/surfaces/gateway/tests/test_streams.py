"""Streams and hang-ups: keep-alive comments, cancelled upstreams, readers that do not read."""

import asyncio
import json
import socket
import struct

import pytest

from crossroads.testing import Answer, Fault
from crossroads.testing.answers import refusal

COMMENT = ": OPENROUTER PROCESSING\n\n"
SOON = {"keepalive_s": 0.05}


def test_a_silent_stream_is_committed_and_kept_alive_by_comments(start):
    with start(server=SOON) as gateway:
        gateway.upstream.default = Answer(latency_s=0.3)
        reply = gateway.ask(stream=True)
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        assert reply.text.startswith(COMMENT * 2)
        first = json.loads(reply.text.replace(COMMENT, "").split("\n\n")[0].removeprefix("data: "))
        assert reply.headers["x-generation-id"] == first["id"]
        assert reply.text.endswith("data: [DONE]\n\n")


def test_comments_fill_silence_between_parts_and_never_stand_inside_an_event(start):
    with start(server=SOON) as gateway:
        gateway.upstream.default = Answer(pieces=("a", "b", "c"), gap_s=0.12)
        text = gateway.ask(stream=True).text
        assert text.count(COMMENT) >= 2
        for event in text.strip().split("\n\n"):
            assert event == COMMENT.strip() or event == "data: [DONE]" or json.loads(event.removeprefix("data: "))


def test_a_lively_stream_has_no_comment(gateway):
    assert COMMENT.strip() not in gateway.ask(stream=True).text


def test_a_plain_call_waits_without_a_word(start):
    with start(server=SOON) as gateway:
        gateway.upstream.default = Answer(latency_s=0.2)
        reply = gateway.ask()
        assert reply.json()["choices"][0]["message"]["content"] == "Hello there."


def test_an_error_after_a_comment_is_an_event_of_the_stream(start):
    with start(server=SOON) as gateway:
        gateway.upstream.default = Answer(
            status=429, raw=(b'{"error": {"message": "slow down"}}',), reports="no", latency_s=0.2
        )
        reply = gateway.ask(stream=True)
        assert reply.status_code == 200
        event = json.loads(reply.text.replace(COMMENT, "").strip().removeprefix("data: "))
        assert event["error"]["code"] == 429
        assert event["choices"][0]["finish_reason"] == "error"


def test_failover_before_the_first_token_still_works_after_a_comment(start):
    with start(server=SOON) as gateway:
        gateway.upstream.script(Answer(latency_s=0.2, status=503, raw=(b"{}",), reports="no"))
        reply = gateway.ask(stream=True, models=["acme/large"])
        assert reply.text.startswith(COMMENT)
        assert '"model":"acme/large"' in reply.text
        assert reply.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("how", ["close", "reset", "half"])
@pytest.mark.parametrize("at", [-1, 2000])
def test_a_client_that_goes_away_cancels_the_upstream(gateway, raw_call, stream, how, at):
    gateway.upstream.default = Answer(pieces=("word",) * 1000, fault=Fault("stall", at))
    client = gateway.connect()
    client.sendall(raw_call(stream=stream))
    request = gateway.wait(gateway.upstream.wait_received(1))
    if stream and at > 0:
        assert b"word" in _until(client, b"word")
    _leave(client, how)
    gateway.wait(request.over.wait())
    assert request.hung_up
    _settled(gateway, "cancelled")
    client.close()


def test_a_client_that_goes_away_after_a_large_upload_is_noticed(gateway, raw_call):
    gateway.upstream.default = Answer(fault=Fault("stall"))
    client = gateway.connect()
    head, _, body = raw_call(pad="x" * 70_000).partition(b"\r\n\r\n")
    client.sendall(head + b"\r\n\r\n")
    gateway.wait(_turn())  # the body comes in one piece, when it is waited for: uvicorn stops reading then
    client.sendall(body)
    request = gateway.wait(gateway.upstream.wait_received(1))
    client.close()
    gateway.wait(request.over.wait())
    assert request.hung_up


def test_a_call_that_settles_behind_its_reply_does_not_hide_the_hang_up_of_the_next(start, raw_call):
    """STREAM-4: a client may send its next request as soon as it has read a reply."""
    with start() as gateway:
        asking, settled, keep = asyncio.Event(), asyncio.Event(), gateway.exchange.keep

        async def keep_late(generation):
            await asking.wait()
            await keep(generation)
            settled.set()

        gateway.exchange.keep = keep_late
        gateway.upstream.script(Answer(), Answer(fault=Fault("stall", -1)))
        with gateway.connect() as client:
            client.sendall(raw_call())
            assert client.recv(65536).startswith(b"HTTP/1.1 200")
            client.sendall(raw_call())
            gateway.wait(gateway.upstream.wait_received(2))
            gateway.loop.call_soon_threadsafe(asking.set)
            gateway.wait(settled.wait())
            gateway.wait(asyncio.sleep(0))
        gateway.wait(gateway.upstream.requests[1].over.wait())


def test_hang_ups_leave_no_task_behind(gateway, raw_call):
    gateway.upstream.default = Answer(pieces=("word",) * 1000, fault=Fault("stall", 2000))
    gateway.ask(model="no/model")
    for number in range(20):
        client = gateway.connect()
        client.sendall(raw_call(stream=bool(number % 2)))
        request = gateway.wait(gateway.upstream.wait_received(number + 1))
        client.close()
        gateway.wait(request.over.wait())
    for _ in range(1000):
        if not gateway.server.server_state.tasks:
            break
        gateway.wait(_turn())
    assert not gateway.server.server_state.tasks
    assert all(e.stats.in_flight == 0 for e in gateway.exchange.catalog.candidates("acme/small", "chat"))


def test_a_stream_goes_no_faster_than_its_reader(gateway, raw_call):
    gateway.upstream.default = Answer(pieces=("x" * 100_000,) * 300)
    with gateway.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(raw_call(stream=True))
        request = gateway.wait(gateway.upstream.wait_received(1))
        _until(client, b"\r\n\r\n")
        gateway.wait(_turn())
        assert not request.over.is_set()
        assert request.body_bytes_sent < 25_000_000
    gateway.wait(request.over.wait())
    assert request.hung_up


def test_a_reader_that_stands_still_is_cut_and_its_call_settled(gateway, raw_call, monkeypatch):
    monkeypatch.setattr("crossroads_gateway.guard.STALL_S", 0.1)
    gateway.upstream.default = Answer(pieces=("x" * 100_000,) * 300)
    with gateway.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(raw_call(stream=True))
        request = gateway.wait(gateway.upstream.wait_received(1))
        gateway.wait(request.over.wait())
        assert request.hung_up
    _settled(gateway, "cancelled")


def test_a_refusal_streams_nothing(gateway):
    gateway.upstream.default = refusal(500, "broken")
    assert gateway.ask(stream=True).json()["error"]["code"] == 502


def _until(client: socket.socket, mark: bytes) -> bytes:
    data = b""
    while mark not in data:
        piece = client.recv(65536)
        assert piece, data
        data += piece
    return data


def _leave(client: socket.socket, how: str) -> None:
    if how == "half":
        client.shutdown(socket.SHUT_WR)
        return
    if how == "reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def _settled(gateway, outcome: str) -> None:
    (generation,) = gateway.wait(gateway.recorder.wait_generations(1))
    assert generation.outcome == outcome


async def _turn() -> None:
    await asyncio.sleep(0.002)
