"""What a provider package does on the wire, checked behind the real pipeline and the real transport.

The package is found by its entry point; a ScriptedProvider plays its host. A package that carries calls itself, or
speaks what the script does not, is skipped with the reason; its recordings then say the rest.
"""

from __future__ import annotations

import base64
import json
import logging
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from crossroads.engine.exchange import Exchange
from crossroads.engine.installed.index import PROVIDERS, Plugin
from crossroads.engine.installed.plugins import Plugins
from crossroads.engine.transport import Http1Transport
from crossroads.manifest import Manifest
from crossroads.testing.answers import Answer, Fault, Price, Tokens, ToolCall, refusal
from crossroads.testing.first_calls import ASKED, GOOD, first_operation
from crossroads.testing.imports import NOT_APPLICABLE, installed, needs_dialect
from crossroads.testing.plugins import MODEL, Offer, Recorder, Result, chat, exchange_with, send
from crossroads.testing.recordings import Recorded, vectors
from crossroads.testing.upstream import ScriptedProvider
from crossroads.testing.voices import SPOKEN, voice_of
from crossroads.wire import HttpRequest, HttpResponse, Transport, find_header

CANARY = "canary-of-conformance"
SPELLINGS = (CANARY, base64.b64encode(CANARY.encode()).decode())
"""As it is, and as `basic` sends it."""
"""Looks like no key: what hides it must know it, and not guess."""
THEIR_MODEL = "conformance-model"
PRICES = Price(input=150_000_000, output=600_000_000, cache_read=75_000_000, reasoning=700_000_000)
TOKENS = Tokens(prompt=101, completion=37, cached=40, reasoning=11)
FINISH_ONLY = frozenset({"mistral-chat"})
"""Dialects whose vendor reports usage in the chunk that finishes, asked or not, and in none of its own."""
SCHEMA = {"type": "object", "properties": {}}
TOOLS: list[dict[str, Any]] = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]


class Running(NamedTuple):
    """A package at work. sent: every request that left, as the transport saw it."""

    exchange: Exchange
    upstream: ScriptedProvider
    recorder: Recorder
    sent: list[HttpRequest]


class Watched:
    """A transport that notes what is sent, and carries requests for fixed hosts to the scripted upstream."""

    def __init__(self, inner: Transport, upstream: ScriptedProvider) -> None:
        self._inner, self._upstream = inner, upstream
        self.sent: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        parts = urlsplit(request.url)
        there = urlsplit(self._upstream.base_url)
        return await self._inner.send(request.with_url(parts._replace(scheme="http", netloc=there.netloc).geturl()))


class Package:
    """The installed package of that name."""

    name: str
    settings: dict[str, Any]
    answer: Answer | None = None
    """A good one of its host to its first operation, where the script knows none."""

    def plugin(self) -> Plugin:
        return installed().find(PROVIDERS, self.name)

    def manifest(self) -> Manifest:
        return installed().manifest(self.plugin())

    def manifest_file(self) -> Path:
        return Path(self.plugin().manifest_path or "")


def shape(manifest: Manifest) -> str:
    """All of a manifest that decides what is sent for its first operation, and how a reply is read."""
    first = first_operation(manifest)
    served = manifest.operations.get(first or "")
    quirks = [quirk for quirk in manifest.quirks if not quirk.operations or first in quirk.operations]
    auth = manifest.auth
    return repr((served and served.dialect, auth.scheme, auth.header, auth.query, auth.prefix, auth.optional, quirks))


class KeyChecks(Package):
    """Where the key goes, and where it shows."""

    @asynccontextmanager
    async def running(self, *answers: Answer, operation: str | None = None) -> AsyncIterator[Running]:
        """The installed package in front of a scripted upstream; skips where that can't be.

        operation: default, its first.
        """
        manifest = self.manifest()
        operation = operation or first_operation(manifest)
        if operation is None:
            pytest.skip("it serves no operation that a test client asks for")
        served = manifest.operations[operation]
        if served.dialect not in SPOKEN and any(answer.raw is None for answer in answers):
            pytest.skip(f"the scripted upstream does not speak {served.dialect}")
        scheme = urlsplit(served.url.replace("{base_url}", manifest.base_url or "http://base.invalid")).scheme
        if scheme not in ("http", "https"):
            pytest.skip(f"it has a transport of its own ({scheme}://)")
        needs_dialect(ASKED[operation].dialect)
        needs_dialect(served.dialect)
        movable = "{base_url}" in served.url
        async with ScriptedProvider(prices={THEIR_MODEL: PRICES}) as upstream:
            upstream.script(*answers)
            inner, recorder = Http1Transport(), Recorder()
            watched = Watched(inner, upstream)
            row: dict[str, Any] = {"model": MODEL, "upstream": THEIR_MODEL, "operations": [operation]}
            row["price_usd_per_mtok"] = PRICES.manifest()
            instance: dict[str, Any] = {"name": self.name, "plugin": self.name, "endpoints": [row], "api_key": CANARY}
            instance |= {"base_url": upstream.base_url} if movable else {}
            instance |= {"variables": dict.fromkeys(manifest.variables, "conformance")} if manifest.variables else {}
            instance |= {"settings": self.settings} if self.settings else {}
            words = tomllib.loads(self.manifest_file().read_text("utf-8")) | {"endpoints": []}
            module = Plugins(installed()).load(PROVIDERS, self.name)
            acme = Offer(instance, words, module)
            try:
                async with exchange_with(acme, sinks={"recorder": recorder}, transport=watched) as exchange:
                    yield Running(exchange, upstream, recorder, watched.sent)
            finally:
                await inner.aclose()

    def good(self) -> Answer | None:
        """What its host answers to its first operation, if anybody knows."""
        manifest = self.manifest()
        served = manifest.operations.get(first_operation(manifest) or "")
        return self.answer or (GOOD.get(served.dialect) if served is not None else None)

    async def ask(self, at: Running, *, operation: str | None = None, stream: bool = False) -> Result:
        """One call of an operation; default, its first."""
        asked = ASKED[operation or first_operation(self.manifest()) or "chat"]
        body, kind = asked.written(MODEL)
        if stream:
            body = json.dumps({**json.loads(body), "stream": True}).encode()
        return await send(at.exchange, body, dialect=asked.dialect, params={"content_type": kind})

    async def test_the_key_goes_to_the_configured_host_and_shows_nowhere(self, caplog: Any) -> None:
        caplog.set_level(logging.DEBUG)
        echo = f"wrong key {CANARY}"
        in_stream = Answer(raw=(b'data: {"error":{"message":"%b","code":400}}\n\n' % echo.encode(),))
        manifest = self.manifest()
        operation = first_operation(manifest) or ""
        script = [refusal(401, echo), refusal(400, echo), refusal(500, echo)]
        if operation == "chat":
            script = [Answer(), *script, in_stream]
        elif (good := self.good()) is not None:
            script = [good, *script]
        shown = []
        async with self.running(*script) as at:
            for answer in script:
                result = await self.ask(at, stream=answer is in_stream)
                route = result.call.route
                assert route is not None
                shown += [result.body.decode(errors="replace"), repr(result.call), json.dumps(route.explain())]
                shown += [repr(result.headers), repr(result.call.error), repr(result.call.attempt)]
            instance = at.exchange.catalog.instances[self.name]
            shown += [repr(instance), repr(at.exchange.config), repr(at.sent), repr(vars(at.exchange.providers))]
        shown += [repr(at.recorder.events), caplog.text, repr(self.manifest())]
        for text in shown:
            assert not spelled(text)
        holds_key = [request for request in at.sent if spelled(f"{request.url} {request.headers!r}")]
        assert holds_key or instance.manifest.auth.scheme in ("none", "code")
        assert all(instance.may_send_to(request.url) for request in holds_key)


class WireChecks(KeyChecks):
    """Replies, streams, tools, refusals, cuts, the bill."""

    def check_one_settled_call(self, at: Running, result: Result, *, outcome: str) -> None:
        """One call, one record; where the provider charged for it, our cost is its bill to the nano-dollar."""
        (generation,) = at.recorder.generations
        assert (generation.id, generation.outcome) == (result.call.id, outcome)
        (attempt,) = generation.attempts
        if outcome == "ok":
            (charge,) = at.upstream.bill
            assert charge.complete
            assert generation.cost_nano == attempt.cost_nano == charge.nano
            assert attempt.usage is not None
            assert attempt.usage.prompt_tokens == charge.tokens.prompt
            assert attempt.usage.completion_tokens == charge.tokens.completion

    async def test_a_plain_reply_and_its_cost_are_the_providers_own(self) -> None:
        async with self.running(Answer(tokens=TOKENS)) as at:
            result = await send(at.exchange, chat("Hello?"))
        assert result.status == 200, result.body
        assert result.text == "Hello there."
        self.check_one_settled_call(at, result, outcome="ok")

    @pytest.mark.parametrize("reports", ["last", "finish"])
    async def test_a_stream_and_its_cost_are_the_providers_own(self, reports: Any) -> None:
        served = self.manifest().operations.get("chat")
        if reports == "last" and served is not None and served.dialect in FINISH_ONLY:
            pytest.skip(f"{served.dialect} has no chunk that holds only usage")
        async with self.running(Answer(tokens=TOKENS, reports=reports)) as at:
            result = await send(at.exchange, chat("Hello?", stream=True))
        assert result.status == 200, result.body
        assert result.text == "Hello there."
        assert result.events[-1] == b"[DONE]"
        self.check_one_settled_call(at, result, outcome="ok")

    @pytest.mark.parametrize("stream", [False, True])
    async def test_tools_go_there_and_tool_calls_come_back_unchanged(self, stream: bool) -> None:
        asked = ToolCall("weather", '{"city": "Bern"}')
        async with self.running(Answer(tool_calls=(asked,))) as at:
            result = await send(at.exchange, chat(tools=TOOLS, stream=stream))
        (request,) = at.upstream.requests
        voice = voice_of(request.path)
        assert voice is not None
        wanted = [(tool["function"]["name"], tool["function"]["parameters"]) for tool in TOOLS]
        assert list(voice.tools(request.json)) == wanted
        assert _tool_calls(result) == [(asked.name, json.loads(asked.arguments))]

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
    async def test_a_refusal_is_told_once_and_costs_nothing(self, status: int, stream: bool) -> None:
        answer = refusal(status, "scripted {authorization}", retry_after="7" if status == 429 else None)
        async with self.running(answer) as at:
            result = await send(at.exchange, chat(stream=stream))
        assert result.status >= 400
        assert (result.status == 400) == (status == 400), "a caller's fault is the caller's, and no other is"
        assert result.json["error"]["message"]
        assert result.status != 401, "the key that was refused is ours, not the caller's"
        if status == 429:
            assert (result.status, result.header("retry-after")) == (429, "7")
        self.check_one_settled_call(at, result, outcome="failed")
        assert at.recorder.generations[0].cost_nano in (None, 0)

    async def test_a_cut_stream_ends_in_an_error_and_is_metered(self) -> None:
        pieces = ("Hello", " there", ".") * 8
        whole = sum(map(len, pieces))
        async with self.running(Answer(pieces=pieces, gap_s=0.01, fault=Fault("close", 700))) as at:
            result = await send(at.exchange, chat(stream=True))
        assert len(result.text) < whole
        assert result.events[-1] != b"[DONE]"
        assert "error" in json.loads(result.events[-1])
        self.check_one_settled_call(at, result, outcome="cut")
        assert at.recorder.generations[0].cost_nano

    async def test_what_its_dialect_has_recorded_is_understood(self) -> None:
        """Where the script can't speak for the provider, other hosts of the same dialect do."""
        served = self.manifest().operations.get("chat")
        if served is None or served.dialect in SPOKEN:
            pytest.skip(f"{NOT_APPLICABLE}only where the script can't speak for a chat")
        records = vectors(served.dialect)
        if not records:
            pytest.skip(f"no exchange in {served.dialect} is recorded")
        for record in records:
            await self.check_recorded(record)

    async def check_recorded(self, record: Recorded) -> None:
        """A recorded answer, played again, is understood: a good one has usage, a bad one a reason."""
        answer = Answer(status=record.status, raw=(record.body,), reports="no")
        if record.is_stream:
            kind = (find_header(record.headers, b"content-type") or b"text/event-stream").decode()
            answer = Answer(raw=(record.body,), content_type=kind, framing="chunked")
        operation = record.operation if record.operation in ASKED else "chat"  # Responses are a chat's too
        async with self.running(answer, operation=operation) as at:
            result = await self.ask(at, operation=operation, stream=record.stream)
        (attempt,) = at.recorder.generations[0].attempts
        if attempt.outcome == "ok":
            assert attempt.usage is not None or operation == "count_tokens"
        else:
            assert (attempt.error or "").strip()
            assert result.status >= 400 or result.call.started


def spelled(text: str) -> bool:
    """Does the key stand in it?"""
    return any(spelling in text for spelling in SPELLINGS)


def _tool_calls(result: Result) -> list[tuple[str, Any]]:
    """Names and parsed arguments, put together from a stream's parts where it is one."""
    if not result.call.stream:
        calls = result.json["choices"][0]["message"]["tool_calls"]
        return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]
    names: dict[int, str] = {}
    texts: dict[int, str] = {}
    for data in result.events[:-1]:
        for choice in json.loads(data)["choices"]:
            for part in choice["delta"].get("tool_calls", ()):
                at, function = part["index"], part["function"]
                names[at] = names.get(at, "") + function.get("name", "")
                texts[at] = texts.get(at, "") + function.get("arguments", "")
    return [(names[at], json.loads(texts[at])) for at in sorted(names)]
