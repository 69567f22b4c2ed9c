"""An exchange of given objects: no distribution, no entry point, no file, no other package's plugins.

    async with exchange_with(offer("acme", upstream), policies={"mine": Mine}) as x:
        result = await send(x, {"model": MODEL, "messages": [...]})
        assert result.status == 200

Everything is as in production but for where plugins come from: the same parsing of settings, the same check of hooks,
the same pipeline.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from functools import cache
from typing import Any, NamedTuple

import msgspec

from crossroads.call import Call, Caller, Head
from crossroads.clock import Clock
from crossroads.config import Config
from crossroads.engine.exchange import Exchange
from crossroads.engine.installed.index import (
    DIALECTS,
    POLICIES,
    PROVIDERS,
    SINKS,
    STRATEGIES,
    Index,
    Plugin,
    compiled_words,
)
from crossroads.events import Event, Generation
from crossroads.hookspecs import hookimpl
from crossroads.manifest import parse_manifest
from crossroads.sse import EventReader
from crossroads.store import Store
from crossroads.testing.upstream import ScriptedProvider
from crossroads.wire import Transport, find_header

MODEL = "test/model"
UPSTREAM_MODEL = "small"
WAIT_S = 10.0

Objects = Mapping[str, Any]
"""Name -> a class (made with its settings), a module, or an object that is made already."""


class Offer(NamedTuple):
    """A provider of a test exchange. instance: its row of `[[providers]]`. plugin: module or object with its hooks."""

    instance: dict[str, Any]
    manifest: dict[str, Any]
    plugin: Any


class NoHooks:
    """A provider that is data only."""


class InOrder:
    """The strategy of a test that is not about strategies: candidates stay in the order of the configuration."""

    @hookimpl
    def strategy_score(self) -> None:
        return None


class Recorder:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._grown = asyncio.Condition()

    @hookimpl
    async def sink_emit(self, events: Sequence[Event]) -> None:
        self.events += events
        async with self._grown:
            self._grown.notify_all()

    @property
    def generations(self) -> list[Generation]:
        return [event for event in self.events if isinstance(event, Generation)]

    async def wait_generations(self, count: int) -> list[Generation]:
        """Until there are that many, in real time."""
        async with asyncio.timeout(WAIT_S), self._grown:
            await self._grown.wait_for(lambda: len(self.generations) >= count)
        return self.generations


class Result(NamedTuple):
    """What a client got, and the call behind it. parts: the body as it left us."""

    call: Call
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    parts: tuple[bytes, ...]

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[bytes]:
        """`data` of each event of a stream."""
        return [event.data for event in EventReader().feed(self.body)]

    @property
    def text(self) -> str:
        """The content that a chat client would have shown, whole reply or stream."""
        if not self.call.stream:
            return str(self.json["choices"][0]["message"]["content"])
        chunks = [json.loads(data) for data in self.events if data != b"[DONE]"]
        deltas = [choice["delta"] for chunk in chunks for choice in chunk.get("choices", ())]
        return "".join(delta.get("content") or "" for delta in deltas)

    def header(self, name: str) -> str | None:
        found = find_header(self.headers, name.encode())
        return None if found is None else found.decode()


def offer(
    name: str,
    upstream: ScriptedProvider | str,
    *,
    models: Mapping[str, str] | None = None,
    api_key: str | None = None,
    plugin: Any = None,
    manifest: Mapping[str, Any] | None = None,
    timeouts: Mapping[str, float] | None = None,
    **facts: Any,
) -> Offer:
    """An OpenAI-compatible provider at `upstream`, with the prices that a ScriptedProvider bills.

    models: canonical name -> upstream name. manifest: words of provider.toml that replace the usual ones.
    facts: further words of each `[[endpoints]]` row.
    """
    base_url = upstream if isinstance(upstream, str) else upstream.base_url
    prices = {} if isinstance(upstream, str) else upstream.prices
    rows = []
    for model, their_name in (models or {MODEL: UPSTREAM_MODEL}).items():
        row = {"model": model, "upstream": their_name, **facts}
        if (price := prices.get(their_name)) is not None:
            row.setdefault("price_usd_per_mtok", price.manifest())
        rows.append(row)
    instance: dict[str, Any] = {"name": name, "plugin": name, "base_url": base_url, "endpoints": rows}
    instance |= {"api_key": api_key} if api_key else {}
    instance |= {"timeouts": dict(timeouts)} if timeouts else {}
    words: dict[str, Any] = {
        "schema": 1,
        "name": name,
        "activate": "configuration",
        "auth": {"scheme": "bearer", "optional": True},
        "operations": {
            "chat": {"dialect": "openai-chat", "url": "{base_url}/chat/completions"},
            "completions": {"dialect": "openai-completions", "url": "{base_url}/completions"},
            "embeddings": {"dialect": "openai-embeddings", "url": "{base_url}/embeddings"},
        },
        **(manifest or {}),
    }
    return Offer(instance, words, plugin or NoHooks())


def index_of(objects: Mapping[tuple[str, str], Any], manifests: Mapping[str, Mapping[str, Any]] | None = None) -> Index:
    """An index of these objects, by (group, name), and nothing else. manifests: of the providers among them."""
    entries = []
    for group, name in objects:
        entry = Plugin(group=group, name=name, value="tests", distribution=f"crossroads-{name}", version="0")
        if group == PROVIDERS:
            found = parse_manifest((manifests or {})[name], file=f"the manifest of {name}")
            entry = msgspec.structs.replace(entry, **compiled_words(found))
        entries.append(entry)
    return Index(entries, objects)


def exchange_with(
    *providers: Offer,
    dialects: Objects | None = None,
    strategies: Objects | None = None,
    policies: Objects | None = None,
    sinks: Objects | None = None,
    config: Mapping[str, Any] | None = None,
    clock: Clock | None = None,
    store: Store | None = None,
    transport: Transport | None = None,
    seed: int = 0,
) -> Exchange:
    """An exchange, not yet started, in which exactly these plugins are installed and on, in this order.

    dialects: default, those that are installed in this environment. config: further words of crossroads.toml;
    settings of a plugin stand there as usual (`policies.mine.allowed`).
    """
    strategies = strategies or {"in-order": InOrder()}
    document: dict[str, Any] = {**(config or {})}
    document["providers"] = [o.instance for o in providers] + list(document.get("providers", ()))
    document["routing"] = {"strategies": list(strategies), **document.get("routing", {})}
    given = document.get("strategies", {})
    document["strategies"] = {name: given.get(name, {}) for name in strategies}
    for kind, named in (("policies", policies), ("sinks", sinks)):
        document[kind] = {name: document.get(kind, {}).get(name, {}) for name in named or ()}
    objects = {(PROVIDERS, o.manifest["name"]): o.plugin for o in providers}
    for group, named in (
        (DIALECTS, installed_dialects() if dialects is None else dialects),
        (STRATEGIES, strategies),
        (POLICIES, policies),
        (SINKS, sinks),
    ):
        objects |= {(group, name): found for name, found in (named or {}).items()}
    index = index_of(objects, {o.manifest["name"]: o.manifest for o in providers})
    dice = random.Random(seed)  # noqa: S311  (a seed, so that a failure comes again)
    return Exchange(Config.of(document), clock=clock, store=store, transport=transport, index=index, rng=dice)


def installed_dialects() -> dict[str, Any]:
    """Name -> class of every dialect in this environment."""
    return dict(_installed_dialects())


@cache
def _installed_dialects() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {entry.name: entry.load() for entry in entry_points(group=DIALECTS)}


async def send(
    exchange: Exchange,
    document: Mapping[str, Any] | bytes,
    *,
    dialect: str = "openai-chat",
    token: str | None = None,
    deadline_s: float | None = None,
    params: Mapping[str, str] | None = None,
) -> Result:
    """One call to its end, as a surface would carry it. A failed call is a Result too. params: as of `open_call`."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    call = exchange.open_call(dialect, body, caller=Caller(token=token), deadline_s=deadline_s, params=params or {})
    head: Head | None = None
    parts: list[bytes] = []
    async with aclosing(exchange.run(call)) as stream:
        async for part in stream:
            if isinstance(part, Head):
                assert head is None, "a reply has one Head"
                head = part
            else:
                parts.append(part)
    assert head is not None, "a reply has a Head"
    return Result(call, head.status, head.headers, tuple(parts))


def chat(text: str = "Hi", *, model: str = MODEL, **fields: Any) -> dict[str, Any]:
    """A chat request."""
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}
