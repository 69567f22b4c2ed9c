"""The client's operations beside chat: what is asked upstream, and what comes back."""

import json
from contextlib import asynccontextmanager

import pytest

from crossroads.client import AsyncClient, Client
from crossroads.errors import UpstreamError
from crossroads.testing.plugins import MODEL, exchange_with, offer

OPERATIONS = {
    "images": {"dialect": "openai-images", "url": "{base_url}/images/generations"},
    "speech": {"dialect": "openai-speech", "url": "{base_url}/audio/speech"},
    "transcription": {"dialect": "openai-transcription", "url": "{base_url}/audio/transcriptions"},
    "translation": {"dialect": "openai-translation", "url": "{base_url}/audio/translations"},
    "rerank": {"dialect": "rerank-cohere", "url": "{base_url}/rerank"},
    "moderation": {"dialect": "openai-moderations", "url": "{base_url}/moderations"},
}


class Answer:
    framed = True

    def __init__(self, body, kind, status):
        self.status, self.headers, self._body = status, ((b"content-type", kind),), body

    async def read(self, limit_bytes):
        return self._body

    async def __aiter__(self):
        yield self._body

    async def aclose(self):
        pass


class Host:
    """A transport that answers everything alike, and keeps what it was asked."""

    def __init__(self, body, kind=b"application/json", status=200):
        self.asked = []
        self._answer = (body if isinstance(body, bytes) else json.dumps(body).encode(), kind, status)

    async def send(self, request):
        self.asked.append(request)
        return Answer(*self._answer)


@asynccontextmanager
async def client(host):
    manifest = {"operations": OPERATIONS}
    offered = offer("acme", "http://127.0.0.1:9/v1", manifest=manifest)
    async with exchange_with(offered, transport=host) as x, AsyncClient(x) as c:
        yield c


async def test_images():
    host = Host({"created": 1, "data": [{"url": "https://x.example/a.png"}]})
    async with client(host) as c:
        reply = await c.images(MODEL, "a cat", n=1)
    assert reply.data[0].url == "https://x.example/a.png"
    assert json.loads(host.asked[0].body) == {"model": "small", "prompt": "a cat", "n": 1}


async def test_speech_is_bytes():
    host = Host(b"ID3 sound", kind=b"audio/mpeg")
    async with client(host) as c:
        assert await c.speech(MODEL, "Hello", "alloy") == b"ID3 sound"
    assert host.asked[0].url.endswith("/audio/speech")


async def test_transcription_goes_as_a_form():
    host = Host({"text": "Hello"})
    async with client(host) as c:
        assert (await c.transcribe(MODEL, b"RIFF", "a.wav")).text == "Hello"
    request = host.asked[0]
    assert request.header(b"content-type").startswith(b"multipart/form-data")
    assert b'filename="a.wav"' in request.body
    assert b"RIFF" in request.body


async def test_translation_goes_the_same_way_to_its_own_address():
    host = Host({"text": "Hello"})
    async with client(host) as c:
        assert (await c.translate(MODEL, b"RIFF", "a.wav", prompt="p")).text == "Hello"
    assert host.asked[0].url.endswith("/audio/translations")
    assert b"RIFF" in host.asked[0].body


def test_what_one_client_can_the_other_can():
    def public(kind):
        return {name for name in dir(kind) if not name.startswith("_")} - {"aclose", "close", "exchange"}

    assert public(AsyncClient) == public(Client)
    for name in public(Client):
        assert getattr(Client, name).__doc__.startswith(f"See `AsyncClient.{name}`")


async def test_ranks_and_verdicts():
    host = Host({"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]})
    async with client(host) as c:
        assert [rank.index for rank in (await c.rerank(MODEL, "q", ["a", "b"])).results] == [1, 0]
    host = Host({"id": "m", "results": [{"flagged": True, "categories": {"hate": True}, "category_scores": {}}]})
    async with client(host) as c:
        assert (await c.moderate(MODEL, "a")).flagged


async def test_an_upstreams_error_is_raised():
    async with client(Host({"error": {"message": "no"}}, status=500)) as c:
        with pytest.raises(UpstreamError):
            await c.images(MODEL, "a cat")
