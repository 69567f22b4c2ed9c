"""The exchange: builds, starts and closes all of it. One per process, or as many as you like.

Config + index -> plugins -> instances -> catalog -> hooks (flat tuples) -> ready
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncGenerator, Awaitable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from crossroads.call import Call, Caller, Head, Principal
from crossroads.clock import Clock, SystemClock
from crossroads.config import Config, home, load_config
from crossroads.dialect import NO_PARAMS, Dialect
from crossroads.engine import pipeline
from crossroads.engine.admit import admit, identify_token, reserve
from crossroads.engine.catalog import Catalog, active_instances
from crossroads.engine.discovery import offers_of
from crossroads.engine.installed.index import DIALECTS, POLICIES, SINKS, STRATEGIES, Index
from crossroads.engine.installed.plugins import Hook, Plugins
from crossroads.engine.installed.trust import trusted_index
from crossroads.engine.jobs import Jobs
from crossroads.engine.limits.guard import Guard
from crossroads.engine.outbox import Outbox
from crossroads.engine.presets import check_presets
from crossroads.engine.providers import Providers
from crossroads.engine.reporter import Reporter
from crossroads.engine.requestkeys import RequestKeys
from crossroads.engine.routing.plan import planned
from crossroads.engine.routing.selection import Selections
from crossroads.engine.routing.shortlist import Shortlists
from crossroads.engine.routing.strategies import Strategies
from crossroads.errors import CrossroadsError, PluginError
from crossroads.events import EndpointHealth, Generation, PluginFailed
from crossroads.ids import new_id
from crossroads.offers import Offer
from crossroads.route import Attempt, Endpoint, Route
from crossroads.store import MemoryStore, Store
from crossroads.wire import Transport

CLOSE_TIMEOUT_S = 10.0


class Hooks(NamedTuple):
    """Who is called when, resolved at start."""

    admit: tuple[Hook, ...]
    permit: tuple[Hook, ...]
    reserve: tuple[Hook, ...]
    settle: tuple[Hook, ...]
    score: tuple[Hook, ...]
    check: tuple[Hook, ...]
    heard: tuple[Hook, ...]


class Exchange:
    """Everything that a call needs. `async with Exchange(config) as x:`, then `x.run(call)`.

    config: a Config, a path, a dict in the words of crossroads.toml, or None for what `load_config` finds.
    clock, store, transport, rng: injected by tests and by embedding applications.
    """

    def __init__(
        self,
        config: Config | dict[str, Any] | str | Path | None = None,
        *,
        clock: Clock | None = None,
        store: Store | None = None,
        transport: Transport | None = None,
        index: Index | None = None,
        rng: random.Random | None = None,
    ) -> None:
        if isinstance(config, dict):
            config = Config.of(config)
        self.config = config if isinstance(config, Config) else load_config(config)
        self.clock: Clock = clock or SystemClock()
        self.rng = rng or random.Random()  # noqa: S311  (dice for load balancing, not a secret)
        self.index = trusted_index(self.config, index)
        self.plugins = Plugins(self.index)
        instances = active_instances(self.config, self.index)
        self.catalog = Catalog(instances, self.config.routing.aliases, self.plugins.facts)
        self.guard = Guard(self.config.routing, self.catalog, self.endpoint_health)
        self.store: Store = store or MemoryStore(self.config.keys)
        self.selections, self.shortlists, self.request_keys = Selections(), Shortlists(), RequestKeys()
        self.keys_required = False
        self.jobs = Jobs(self, home() / "jobs.key")
        self._transport = transport
        secrets = [instance.secret for instance in self.catalog.accounts.values()]
        self.reporter = Reporter(secret.reveal() for secret in secrets if secret is not None)
        self._life: list[Any] = []
        self._dialects: dict[str, Dialect] = {}
        self.strategies = Strategies(self)
        self._background: set[asyncio.Task[Any]] = set()

    # life

    async def __aenter__(self) -> Exchange:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def start(self) -> None:
        """Make and start what the configuration names. Raises ConfigError or PluginError; then all is closed again."""
        try:
            if self._transport is None:
                from crossroads.engine.transport import Http1Transport, Limits

                limits = Limits(connections_per_origin=self.config.limits.connections_per_origin)
                self._transport = Http1Transport(clock=self.clock, limits=limits)
                self._life.append(self._transport)
            self.providers = Providers(self.plugins, self.catalog, self._transport, self.dialect, self.clock)
            if self.config.presets:
                check_presets(self.config.presets, self.config.file)
            self.keys_required = await self.store.has_keys()
            strategies = self.strategies.configured()
            # pluggy calls the last registered first: register from the end, and the configured order holds.
            for kind, group, named in (
                ("sinks", SINKS, self.config.sinks),
                ("strategies", STRATEGIES, {name: self.config.strategies.get(name, {}) for name in strategies}),
                ("policies", POLICIES, self.config.policies),
            ):
                for name, settings in reversed(named.items()):
                    await self.begin(kind, group, name, settings)
            self.strategies.check()
            each = self.plugins.each
            self.hooks = Hooks(
                each("policy_admit"), each("policy_permit"), each("policy_reserve"), each("policy_settle"),
                each("strategy_score"), each("strategy_check"), each("strategy_heard"),
            )  # fmt: skip
            self.outbox = Outbox(each("sink_emit"), self.clock, self.reporter.failure)
            self.outbox.start()
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Close in the reverse order of starting; each within its time, and no failure stops the others."""
        await self.strategies.aclose()
        if hasattr(self, "outbox"):
            await self.outbox.aclose()
        if self._background:
            await asyncio.wait(self._background, timeout=CLOSE_TIMEOUT_S)
        if hasattr(self, "providers"):
            self._life += await self.providers.stop()
        for plugin in reversed(self._life):
            if (close := getattr(plugin, "aclose", None)) is not None:
                try:
                    async with asyncio.timeout(CLOSE_TIMEOUT_S):
                        await close()
                except Exception as error:
                    self.reporter.failure(type(plugin).__name__, "aclose", error)
        self._life.clear()
        await self.store.aclose()

    async def begin(self, kind: str, group: str, name: str, settings: dict[str, Any]) -> None:
        """Make, start and register a plugin. Raises ConfigError, PluginError, and what its `start` raises of ours."""
        plugin = self.plugins.make(group, name, settings, at=f"{kind}.{name}")
        self._life.append(plugin)
        if (start := getattr(plugin, "start", None)) is not None:
            try:
                await start()
            except CrossroadsError:
                raise
            except (Exception, SystemExit) as error:
                raise PluginError(
                    f"could not start: {self.reporter.describe(error)}.",
                    plugin=name,
                    remedy="Check its settings, or remove it from the configuration.",
                ) from error
        self.plugins.register(plugin, f"{kind}/{name}")

    # a call's way in

    async def identify(self, token: str | None) -> Principal:
        """Who holds this key, for what is not a call (a listing), or before a body is read. Raises Unauthorized."""
        return await identify_token(token, self)

    def open_call(
        self,
        dialect: str,
        body: bytes,
        *,
        caller: Caller | None = None,
        principal: Principal | None = None,
        deadline_s: float | None = None,
        params: Mapping[str, str] = NO_PARAMS,
    ) -> Call:
        """A call from a client's bytes in its dialect. Raises BadRequest, PluginError.

        principal: who calls, where a surface has asked `identify` already. params: of the path.
        """
        codec = self.dialect(dialect)
        now = self.clock.monotonic()
        return Call(
            id=new_id("gen", self.clock.time()),
            dialect=codec,
            opened=codec.open(body, params),
            received_at=self.clock.time(),
            began=now,
            caller=caller,
            principal=principal,
            deadline=now + min(deadline_s or self.config.limits.deadline_s, self.config.limits.deadline_s),
            rng=self.rng,
        )

    def run(self, call: Call) -> AsyncGenerator[Head | bytes, None]:
        """Carry it to its reply: see `engine.pipeline`."""
        return pipeline.run(call, self)

    async def plan(self, call: Call) -> Route:
        """As far as the route, and no further: what `run` would do, without sending anything. Raises what ends it."""
        await admit(call, self)
        return await planned(call, self, whole=True)

    def encode_error(self, call: Call, error: CrossroadsError) -> tuple[Head | bytes, ...]:
        """An error reply in the client's dialect: a whole one before the Head, the in-stream event after it."""
        body = self.reporter.redact_bytes(call.dialect.encode_error(error, call, in_stream=call.started))
        if call.started:
            return (body,) if call.stream else ()
        headers = [(b"content-type", b"application/json"), (b"x-generation-id", call.id.encode())]
        headers.append((b"content-length", str(len(body)).encode()))
        if error.retry_after_s is not None:
            headers.append((b"retry-after", str(max(1, math.ceil(error.retry_after_s))).encode()))
        return (Head(error.status, tuple(headers)), body)

    # what the stages ask for

    def dialect(self, name: str) -> Dialect:
        """A dialect, loaded on first use. Raises PluginError."""
        if name not in self._dialects:
            self._dialects[name] = self.plugins.make(DIALECTS, name, {}, at=f"dialects.{name}")
        return self._dialects[name]

    def dialects(self) -> list[Dialect]:
        """All installed dialects, for a surface to serve; a broken one is reported and left out.

        Those that are not trusted have been named at the start.
        """
        found, refused = [], set(map(id, self.index.refused))
        for plugin in self.index.all(DIALECTS):
            if id(plugin) in refused:
                continue
            try:
                found.append(self.dialect(plugin.name))
            except PluginError as error:
                self.reporter.failure(plugin.name, "load", error)
        return found

    async def offers(self, provider: str) -> tuple[Offer, ...]:
        """What an active provider lists now (`provider_models`, `models_url`). Raises CrossroadsError."""
        return await offers_of(provider, self)

    async def reserve(self, call: Call, attempt: Attempt) -> None:
        """Every policy's `policy_reserve`, and what it makes of the request. Raises what ends the call."""
        for policy in self.hooks.reserve:
            await reserve(policy, call, attempt, self)

    # the end of a call

    async def keep(self, generation: Generation) -> None:
        """Into the store; what fails there is reported, the reply has left."""
        try:
            if isinstance(self.store, MemoryStore):  # never suspends, so nothing can cut it short
                await self.store.record(generation)
            else:
                await self.shielded(self.store.record(generation))
        except Exception as error:
            self.plugin_failed("store", "record", error)

    async def shielded(self, work: Awaitable[None]) -> None:
        """To its end, whatever happens to the caller; `aclose` waits for it, bounded."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        await asyncio.shield(task)

    def plugin_failed(self, plugin: str, hook: str, error: BaseException) -> None:
        """A plugin failed where that fails no request: into the log and to the sinks."""
        self.reporter.failure(plugin, hook, error)
        text = self.reporter.describe(error)
        now = self.clock.time()
        self.outbox.put(PluginFailed(id=new_id("plf", now), at=now, plugin=plugin, hook=hook, error=text))

    def unwell(self) -> dict[str, dict[str, Any]]:
        """Endpoint id -> state, why and for how long, of those that are ejected, in probation or rate limited."""
        now = self.clock.monotonic()
        states = {endpoint.id: self.guard.state(endpoint, now) for endpoint in self.catalog.routed}
        return {id: told for id, told in states.items() if told != {"state": "closed"}}

    def endpoint_health(self, endpoint: Endpoint, state: str, why: str) -> None:
        """A breaker has changed its state: to the sinks."""
        now = self.clock.time()
        self.outbox.put(EndpointHealth(id=new_id("eph", now), at=now, endpoint=endpoint.id, state=state, why=why))
