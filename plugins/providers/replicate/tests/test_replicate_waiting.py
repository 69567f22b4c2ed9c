"""Predictions that are waited for, streamed and cancelled, over a transport that a test answers for. No time passes."""

import asyncio
import json

import pytest
from crossroads_replicate.waiting import COUNT_POLLS_MAX, WAIT_S_MAX, Waiting

from crossroads.errors import BadUpstream, StreamCut, UpstreamTimeout
from crossroads.wire import HttpRequest

API = "https://api.replicate.com/v1"
STREAM = "https://stream.replicate.com/v1/files/abc"
HEADERS = ((b"authorization", b"Bearer k"), (b"content-type", b"application/json"), (b"prefer", b"wait"))
MAKE = HttpRequest(method="POST", url=f"{API}/models/a/b/predictions", headers=HEADERS, body=b'{"input":{}}')
WATCH = MAKE.with_header(b"accept", b"text/event-stream")


def state(status, output=None, **more):
    return json.dumps({"id": "p1", "status": status, "output": output, **more}).encode()


START = state("starting", urls={"stream": STREAM, "get": "https://evil.example/get"})
DONE = state("succeeded", ["Hel", "lo"], metrics={"input_token_count": 2, "output_token_count": 3})


class Replicate:
    """Answers by method and URL, in order; the last answer of each stays. A float raises what it stands for."""

    def __init__(self, **answers):
        self.answers = {name: list(given) for name, given in answers.items()}
        self.sent, self.now = [], 0.0

    async def send(self, request):
        self.sent.append((request.method, request.url))
        self.last = request
        kind = "cancel" if request.url.endswith("/cancel") else "stream" if request.url == STREAM else request.method
        given = self.answers.get(kind.lower(), [b"{}"])
        answer = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, Answer) else Answer(answer)

    async def sleep(self, seconds):
        self.now += seconds

    def waiting(self):
        return Waiting(self, sleep=self.sleep, monotonic=lambda: self.now)


class Answer:
    framed = True

    def __init__(self, body, status=200, cut=False):
        self.body, self.status, self.cut, self.closed = body, status, cut, False
        self.headers = ((b"content-type", b"application/json"),)

    async def read(self, limit_bytes):
        return self.body

    async def __aiter__(self):
        for at in range(len(self.body)):
            yield self.body[at : at + 1]
        if self.cut:
            raise StreamCut("cut.", remedy="")

    async def aclose(self):
        self.closed = True


async def read(response):
    try:
        return await response.read(1 << 20)
    finally:
        await response.aclose()


@pytest.mark.parametrize("body", [DONE, state("processing", ["https://replicate.delivery/a.webp"]), state("failed")])
async def test_what_is_over_at_once_is_not_asked_for(body):
    host = Replicate(post=[body])
    assert await read(await host.waiting().send(MAKE)) == body
    assert [method for method, _ in host.sent] == ["POST"]


async def test_what_is_not_over_is_asked_for_at_the_host_that_took_it():
    host = Replicate(post=[START], get=[state("processing", ["Hel"]), DONE])
    assert await read(await host.waiting().send(MAKE)) == DONE
    assert host.sent[1:] == [("GET", f"{API}/predictions/p1")] * 2
    assert host.last.header(b"authorization") == b"Bearer k"
    assert (host.last.body, host.last.header(b"prefer")) == (b"", None)


@pytest.mark.parametrize("deadline", [None, 30.0])
async def test_a_wait_ends_and_what_nobody_waits_for_is_cancelled(deadline):
    host = Replicate(post=[START], get=[state("starting")])
    request = MAKE if deadline is None else HttpRequest(method="POST", url=MAKE.url, headers=HEADERS, deadline=deadline)
    with pytest.raises(UpstreamTimeout):
        await host.waiting().send(request)
    assert host.now < (deadline or WAIT_S_MAX)
    assert host.sent[-1] == ("POST", f"{API}/predictions/p1/cancel")


async def test_a_caller_who_hangs_up_cancels_too():
    host = Replicate(post=[START], get=[asyncio.CancelledError()])
    with pytest.raises(asyncio.CancelledError):
        await host.waiting().send(MAKE)
    assert host.sent[-1] == ("POST", f"{API}/predictions/p1/cancel")


async def test_an_error_is_given_out_as_it_came():
    host = Replicate(post=[Answer(b'{"detail":"no"}', status=422)])
    response = await host.waiting().send(MAKE)
    assert (response.status, await response.read(99)) == (422, b'{"detail":"no"}')


@pytest.mark.parametrize("body", [b"[]", b"no JSON", b"{}", b'{"id":"../x"}'])
async def test_what_is_no_prediction_is_given_out_for_the_dialect_to_refuse(body):
    host = Replicate(post=[body])
    assert await read(await host.waiting().send(MAKE)) == body
    assert len(host.sent) == 1


async def test_a_stream_is_opened_where_it_is_and_the_tokens_follow():
    events = b"event: output\nid: 1\ndata: Hello\n\nevent: done\ndata: {}\n\n"
    host = Replicate(post=[START], stream=[events], get=[state("processing"), DONE])
    body = await read(await host.waiting().send(WATCH))
    assert body.startswith(events)
    assert body.endswith(b"event: prediction\ndata: %b\n\n" % DONE)
    assert ("GET", STREAM) in host.sent
    assert not any(url.endswith("/cancel") for _, url in host.sent)


async def test_tokens_are_asked_for_a_few_times_and_no_more():
    host = Replicate(post=[START], stream=[b"event: done\ndata: {}\n\n"], get=[state("processing")])
    assert await read(await host.waiting().send(WATCH)) == b"event: done\ndata: {}\n\n"
    assert host.sent.count(("GET", f"{API}/predictions/p1")) == COUNT_POLLS_MAX


async def test_a_stream_that_is_closed_or_cut_cancels_its_prediction():
    host = Replicate(post=[START], stream=[Answer(b"event: output\ndata: x\n\n", cut=True)])
    response = await host.waiting().send(WATCH)
    with pytest.raises(StreamCut):
        await read(response)
    await response.aclose()
    assert host.sent.count(("POST", f"{API}/predictions/p1/cancel")) == 1


async def test_a_model_without_a_stream_gives_one_of_its_whole_text():
    host = Replicate(post=[state("starting")], get=[DONE])
    response = await host.waiting().send(WATCH)
    assert response.headers[0][1] == b"text/event-stream"
    body = await read(response)
    assert body.startswith(b"event: output\ndata: Hello\n\nevent: done\n")
    failed = Replicate(post=[state("failed", error="boom")])
    assert (await failed.waiting().send(WATCH)).headers[0][1] == b"application/json"


@pytest.mark.parametrize(
    "url", ["https://evil.example/s", "http://stream.replicate.com/s", "https://replicate.com.evil/s"]
)
async def test_the_key_goes_to_no_host_that_is_not_replicates(url):
    host = Replicate(post=[state("starting", urls={"stream": url})])
    with pytest.raises(BadUpstream):
        await host.waiting().send(WATCH)
    assert not any(url == asked for _, asked in host.sent)
