"""What a provider offers now: asked with its key, at its hosts only, within bounds; one's failure is its own."""

import asyncio
import json

import pytest

from crossroads import Exchange, hookimpl
from crossroads.engine import discovery
from crossroads.engine.installed.index import PROVIDERS
from crossroads.errors import (
    BadRequest,
    BadUpstream,
    CredentialMissing,
    PluginError,
    Unsupported,
    UpstreamError,
    UpstreamTimeout,
)
from crossroads.offers import Offer
from crossroads.testing.plugins import index_of

LISTING = json.dumps({"data": [{"id": "small-1"}]}).encode()


class Answered:
    """A transport that keeps what it was sent."""

    def __init__(self, body: bytes = LISTING, status: int = 200) -> None:
        self.body, self.status, self.sent, self.closed = body, status, [], 0
        self.headers, self.framed = (), True

    async def send(self, request):
        self.sent.append(request)
        return self

    async def read(self, limit_bytes: int) -> bytes:
        assert limit_bytes == discovery.LISTING_BYTES_MAX
        return self.body

    async def aclose(self) -> None:
        self.closed += 1


class Plain:
    """A provider without code."""


def exchange(transport, plugin=None, **words) -> Exchange:
    manifest = {
        "schema": 1,
        "name": "acme",
        "base_url": "https://api.acme.example/v1",
        "models_url": "{base_url}/models",
        "auth": {"scheme": "bearer", "env": ["ACME_KEY"]},
        "operations": {"chat": {"dialect": "openai-chat", "url": "{base_url}/chat/completions"}},
        "quirks": [{"headers": {"X-Version": "7"}}],
    } | words
    manifest = {word: value for word, value in manifest.items() if value is not None}
    index = index_of({(PROVIDERS, "acme"): plugin or Plain()}, {"acme": manifest})
    row = {"name": "acme", "plugin": "acme", "api_key": "sk-secret"}
    return Exchange({"providers": [row], "routing": {"strategies": []}}, transport=transport, index=index)


async def ask(*args, **words):
    async with exchange(*args, **words) as x:
        return await x.offers("acme")


async def test_the_listing_of_the_manifest_is_read_with_key_and_fixed_headers():
    wire = Answered()
    assert await ask(wire) == (Offer(upstream="small-1"),)
    assert wire.sent[0].url == "https://api.acme.example/v1/models"
    assert wire.sent[0].header(b"authorization") == b"Bearer sk-secret"
    assert wire.sent[0].header(b"x-version") == b"7"
    assert wire.closed == 1


async def test_a_key_of_the_query_stands_there():
    wire = Answered()
    await ask(wire, auth={"scheme": "query", "query": "key", "env": ["ACME_KEY"]})
    assert wire.sent[0].url.endswith("/models?key=sk-secret")


async def test_the_key_goes_to_no_other_host():
    wire = Answered()
    with pytest.raises(BadUpstream, match="host"):
        await ask(wire, models_url="https://elsewhere.example/models")
    assert wire.sent == []


async def test_the_key_does_not_leave_in_the_clear():
    """A host may name its next page by an address without TLS."""
    wire = Answered()
    with pytest.raises(BadUpstream, match="in the clear"):
        await ask(wire, models_url="http://api.acme.example/v1/models")
    assert wire.sent == []


@pytest.mark.parametrize(("status", "error"), [(401, CredentialMissing), (500, UpstreamError), (302, UpstreamError)])
async def test_a_refusal_says_what_to_do_and_not_the_key(status, error):
    wire = Answered(b"no sk-secret", status)
    with pytest.raises(error) as raised:
        await ask(wire)
    assert "sk-secret" not in str(raised.value)
    assert wire.closed == 1


async def test_who_has_no_listing_and_who_is_not_active_says_so():
    async with exchange(Answered()) as x:
        with pytest.raises(BadRequest, match="not active"):
            await x.offers("nobody")
    with pytest.raises(Unsupported, match="no listing"):
        await ask(Answered(), models_url=None)


async def test_a_key_that_only_code_can_show_is_not_sent():
    with pytest.raises(Unsupported, match="code"):
        await ask(Answered(), auth={"scheme": "code", "env": ["ACME_KEY"]})


class Own(Plain):
    """A provider with a listing of its own, in pages."""

    def __init__(self, answer):
        self.answer = answer

    @hookimpl
    async def provider_models(self, get):
        return await self.answer(get)


async def test_a_providers_own_reading_comes_first_and_none_leaves_it_to_the_usual_one():
    async def pages(get):
        urls = ("https://api.acme.example/v1/list?page=1", "/list?page=2")
        return [Offer(upstream=str(len(await get(url)))) for url in urls]

    async def nothing(get):
        return None

    wire = Answered()
    assert len(await ask(wire, Own(pages))) == 2
    assert wire.sent[1].url == "https://api.acme.example/v1/list?page=2"
    assert await ask(Answered(), Own(nothing)) == (Offer(upstream="small-1"),)


async def test_a_providers_code_that_fails_or_answers_nonsense_is_named():
    async def fails(get):
        raise ValueError("sk-secret")

    async def nonsense(get):
        return ["small-1"]

    for answer, said in ((fails, "ValueError"), (nonsense, "no list of offers")):
        with pytest.raises(PluginError, match=said) as raised:
            await ask(Answered(), Own(answer))
        assert "sk-secret" not in str(raised.value)


async def test_pages_without_end_and_answers_that_never_come_are_cut(monkeypatch):
    async def endless(get):
        while True:
            await get("https://api.acme.example/v1/more")

    with pytest.raises(BadUpstream, match="pages"):
        await ask(Answered(), Own(endless))

    async def never(get):
        await asyncio.Event().wait()

    monkeypatch.setattr(discovery, "LISTING_S", 0.01)
    with pytest.raises(UpstreamTimeout, match="did not list"):
        await ask(Answered(), Own(never))
