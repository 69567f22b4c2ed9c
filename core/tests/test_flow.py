"""Sound that passes as it comes: never held whole, failed over until its first byte, cut where it broke off."""

import asyncio
import json
from contextlib import aclosing, asynccontextmanager

import httpx2
import pytest

from crossroads import AsyncClient, embed
from crossroads.call import Head
from crossroads.errors import StreamCut
from crossroads.testing import Recorder, exchange_with, offer
from crossroads.types.usage import Usage

SPEECH = {
    "hosts": ["acme.example"],
    "operations": {"speech": {"dialect": "openai-speech", "url": "{base_url}/audio/speech"}},
}
BODY = b'{"model": "test/model", "input": "Hello", "voice": "alloy"}'
PRICE = {"character": "0.00001"}
CUT = object()


class Sound:
    """An upstream's response whose pieces come when a test sends them."""

    framed, status = True, 200

    def __init__(self, *pieces, kind=b"audio/mpeg", headers=()):
        self.pieces = asyncio.Queue()
        self.headers = ((b"content-type", kind), *headers)
        self.closed = False
        for piece in pieces:
            self.pieces.put_nowait(piece)

    async def read(self, limit_bytes):
        return b"".join([piece async for piece in self])

    async def __aiter__(self):
        while (piece := await self.pieces.get()) is not None:
            if piece is CUT:
                raise StreamCut("cut.", remedy="Retry.")
            yield piece

    async def aclose(self):
        self.closed = True


class Wire:
    """Answers with these responses, in turn."""

    def __init__(self, *responses):
        self.responses = list(responses)

    async def send(self, request):
        return self.responses.pop(0)


@asynccontextmanager
async def speaking(*responses, providers=1):
    recorder = Recorder()
    offers = [
        offer(f"p{i}", "https://acme.example/v1", manifest=SPEECH, price_usd=PRICE, operations=["speech"])
        for i in range(providers)
    ]
    async with exchange_with(*offers, sinks={"recorder": recorder}, transport=Wire(*responses)) as x:
        yield x, x.open_call("openai-speech", BODY), recorder


async def test_a_piece_leaves_before_the_next_has_come():
    sound = Sound(b"ID3", headers=((b"content-length", b"5"),))
    async with speaking(sound) as (x, call, recorder):
        async with aclosing(x.run(call)) as parts:
            head = await anext(parts)
            assert dict(head.headers)[b"content-type"] == b"audio/mpeg"
            assert dict(head.headers)[b"x-content-type-options"] == b"nosniff"
            assert dict(head.headers)[b"content-length"] == b"5"
            assert await anext(parts) == b"ID3"
            sound.pieces.put_nowait(b"\0\xff")
            sound.pieces.put_nowait(None)
            assert [part async for part in parts] == [b"\0\xff"]
        assert sound.closed
        (generation,) = await recorder.wait_generations(1)
        assert (generation.outcome, generation.cost_nano) == ("ok", 5 * 10_000)
        assert call.attempt.usage == Usage(characters=5)


@pytest.mark.parametrize("first", [(CUT,), (None,)])
async def test_until_the_first_byte_another_takes_over(first):
    async with speaking(Sound(*first), Sound(b"ID3", None), providers=2) as (x, call, _):
        parts = [part async for part in x.run(call)]
        assert parts[1:] == [b"ID3"]
        assert [attempt.outcome for attempt in call.route.attempts] == ["failed", "ok"]


async def test_after_it_nobody_does_and_what_was_asked_is_paid():
    async with speaking(Sound(b"ID3", CUT), Sound(b"other", None), providers=2) as (x, call, recorder):
        parts = [part async for part in x.run(call)]
        assert parts[1:] == [b"ID3"]
        assert isinstance(call.error, StreamCut)
        (generation,) = await recorder.wait_generations(1)
        assert (generation.outcome, generation.cost_nano) == ("cut", 5 * 10_000)


async def test_a_document_is_read_whole():
    told = Sound(json.dumps({"audio_data": "SUQz"}).encode(), None, kind=b"application/json")
    async with speaking(told) as (x, call, _):
        head, body = [part async for part in x.run(call)]
        assert isinstance(head, Head)
        assert (dict(head.headers)[b"content-type"], body) == (b"audio/mpeg", b"ID3")


async def test_who_hangs_up_closes_the_upstream():
    sound = Sound(b"ID3")
    async with speaking(sound) as (x, call, _):
        parts = x.run(call)
        assert isinstance(await anext(parts), Head)
        await parts.aclose()
        assert sound.closed
        assert call.attempt.outcome == "cancelled"


async def test_in_process_a_client_sees_that_it_is_not_whole():
    async with (
        speaking(Sound(b"ID3", CUT)) as (x, _, _),
        httpx2.AsyncClient(transport=embed.async_transport(httpx2, x)) as client,
    ):
        with pytest.raises(StreamCut):
            await client.post(f"{embed.BASE_URL}/audio/speech", content=BODY)


async def test_the_python_client_gets_pieces_and_the_error_that_ends_them():
    async with speaking(Sound(b"ID3", b"\0", None), Sound(b"ID3", CUT)) as (x, _, _), AsyncClient(x) as client:
        assert [piece async for piece in client.speech_pieces("test/model", "Hello", "alloy")] == [b"ID3", b"\0"]
        pieces = client.speech_pieces("test/model", "Hello", "alloy")
        assert await anext(pieces) == b"ID3"
        with pytest.raises(StreamCut):
            await anext(pieces)
