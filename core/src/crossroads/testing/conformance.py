"""What every dialect, strategy, policy and sink must hold, as test classes. (Providers: `testing.provider`.)

    TestMine = strategy_conformance(Mine)          a whole test file

Each takes the plugin's class, and its settings where it needs some.
"""

from __future__ import annotations

import copy
import inspect
import math
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crossroads.engine.index import DIALECTS, POLICIES, SINKS, STRATEGIES
from crossroads.engine.plugins import Plugins
from crossroads.errors import BadRequest, ConfigError, UpstreamRefused
from crossroads.events import AttemptRecord, Event, Generation, PluginFailed
from crossroads.route import Candidate, Endpoint, EndpointStats, Prices, Served
from crossroads.testing import laws
from crossroads.testing.plugins import MODEL, Recorder, chat, exchange_with, index_of, offer, send
from crossroads.testing.recordings import vectors
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

Settings = Mapping[str, Any]
CANDIDATES_MAX = 20
EXTREMES = (None, 0, 1, 150_000_000, 10**15)
"""Prices that a strategy meets: unknown, free, tiny, usual, absurd."""


def dialect_conformance(plugin: Any) -> type:
    """Laws of a dialect over its shipped vectors, and over anything else that a wire may bring."""
    return _made(_DialectChecks, plugin, DIALECTS, {})


def strategy_conformance(plugin: Any, settings: Settings | None = None) -> type:
    """Scores have the shape of the candidates, whatever these are, and a seed reproduces them."""
    return _made(_StrategyChecks, plugin, STRATEGIES, settings)


def policy_conformance(plugin: Any, settings: Settings | None = None, *, denies: bool) -> type:
    """denies: do these settings refuse an ordinary call of `test/model`? Both answers are checked at work."""
    return _made(_PolicyChecks, plugin, POLICIES, settings, denies=denies)


def sink_conformance(plugin: Any, settings: Callable[[Path], Settings] | None = None) -> type:
    """settings: from an empty folder to the plugin's settings; $CROSSROADS_HOME is such a folder too."""
    return _made(_SinkChecks, plugin, SINKS, None, settings_in=staticmethod(settings or (lambda folder: {})))


def _made(checks: type, plugin: Any, group: str, settings: Settings | None, **more: Any) -> type:
    words = {"plugin": staticmethod(plugin), "group": group, "settings": dict(settings or {}), **more}
    return with_asyncio(type(f"Test{plugin.__name__}", (checks,), words))


def with_asyncio(tests: type) -> type:
    """Mark the async tests of a class, so that they also run where pytest-asyncio is not in its auto mode."""
    for base in reversed(tests.__mro__):
        for name, test in vars(base).items():
            if name.startswith("test_") and inspect.iscoroutinefunction(test):
                setattr(tests, name, pytest.mark.asyncio(test))
    return tests


class _Checks:
    """What holds for a plugin of every kind."""

    plugin: Any
    group: str
    settings: dict[str, Any]

    def make(self, settings: Settings | None = None) -> Any:
        """As the core makes it; its hooks are checked against the contract."""
        plugins = Plugins(index_of({(self.group, "mine"): self.plugin}))
        chosen = dict(self.settings if settings is None else settings)
        made = plugins.make(self.group, "mine", chosen, at="mine")
        plugins.register(made, "mine")
        return made

    def test_an_unknown_setting_is_an_error_that_names_it(self) -> None:
        with pytest.raises(ConfigError, match="no_such_setting"):
            self.make({**self.settings, "no_such_setting": 1})


class _DialectChecks:
    plugin: Any

    @pytest.fixture
    def dialect(self) -> Any:
        return self.plugin()

    def recorded(self, dialect: Any, **wanted: bool) -> list[Any]:
        found = [v for v in vectors(dialect.name) if all(getattr(v, key) == value for key, value in wanted.items())]
        if not found:
            pytest.skip("no such vector is shipped")
        return found

    def test_both_paths_send_the_same_request(self, dialect: Any) -> None:
        for vector in self.recorded(dialect):
            if vector.request:
                laws.both_paths_send_the_same(dialect, vector.request)

    def test_both_paths_give_the_same_reply(self, dialect: Any) -> None:
        for vector in self.recorded(dialect, is_stream=False):
            if vector.status == 200:
                stamp = laws.stamp_for(dialect, vector.request)
                laws.both_paths_reply_the_same(dialect, vector.body, stamp=stamp)

    def test_one_byte_at_a_time_gives_the_same_stream(self, dialect: Any) -> None:
        for vector in self.recorded(dialect, is_stream=True):
            laws.a_split_changes_nothing(dialect, vector.body, range(len(vector.body)))

    def test_a_stream_that_was_cut_is_an_error_or_had_lost_nothing(self, dialect: Any) -> None:
        for vector in self.recorded(dialect, is_stream=True):
            whole, failed = laws.relay_all(dialect, [vector.body], framed=False)
            if failed is not None:
                continue
            for cut in range(len(vector.body)):
                out, error = laws.relay_all(dialect, [vector.body[:cut]], framed=False)
                assert error is not None or out == whole, f"{vector.name} cut at {cut} looks complete"

    def test_any_error_body_is_read_and_none_raises(self, dialect: Any) -> None:
        @hypothesis_settings(max_examples=60, deadline=None, database=None)
        @given(st.integers(400, 599), st.binary(max_size=200) | st.sampled_from([b"{}", b'{"error":null}', b"[]"]))
        def check(status: int, body: bytes) -> None:
            error = dialect.decode_error(status, ((b"retry-after", b"x"),), body)
            assert isinstance(error, UpstreamRefused)
            assert error.upstream_status == status

        check()

    def test_any_request_bytes_are_opened_or_are_a_bad_request(self, dialect: Any) -> None:
        @hypothesis_settings(max_examples=60, deadline=None, database=None)
        @given(st.binary(max_size=200))
        def check(body: bytes) -> None:
            try:
                dialect.open(body)
            except BadRequest as error:
                assert error.remedy  # noqa: PT017  (any other exception fails the test by itself)

        check()


class _StrategyChecks(_Checks):
    async def test_scores_have_the_shape_of_the_candidates_and_are_numbers(self) -> None:
        asked = [(_candidates(seed), seed) for seed in range(CANDIDATES_MAX * 3)]
        for (candidates, _), scores in zip(asked, await self._scores(*asked), strict=True):
            assert scores is None or len(scores) == len(candidates)
            assert all(isinstance(float(score), float) for score in scores or ())

    async def test_a_seed_reproduces_the_scores(self) -> None:
        asked = _candidates(CANDIDATES_MAX - 1), 3
        first, again = await self._scores(asked, asked)
        assert repr(first) == repr(again)

    async def test_it_leaves_figures_and_order_alone(self) -> None:
        candidates = _candidates(7)
        before = [[copy.copy(getattr(c.stats, slot)) for slot in EndpointStats.__slots__] for c in candidates]
        await self._scores((candidates, 7))
        assert before == [[getattr(c.stats, slot) for slot in EndpointStats.__slots__] for c in candidates]

    async def test_at_work_it_orders_and_drops_nobody(self) -> None:
        async with ScriptedProvider() as one, ScriptedProvider() as two:
            offers = offer("one", one), offer("two", two)
            config = {"strategies": {"mine": self.settings}}
            async with exchange_with(*offers, strategies={"mine": self.plugin}, config=config) as x:
                result = await send(x, chat())
        route = result.call.route
        assert route is not None
        assert sorted(c.endpoint.provider for c in route.candidates) == ["one", "two"]
        assert not [reason.text for reason in route.reasons if "left out" in reason.text]

    async def _scores(self, *asked: tuple[tuple[Candidate, ...], int]) -> list[Any]:
        """For each (candidates, seed)."""
        hook, scores = self.make().strategy_score, []
        async with exchange_with() as x:
            for candidates, seed in asked:
                call = x.open_call("openai-chat", msgspec.json.encode(chat()))
                call.random, call.began = random.Random(seed), 10_000.0  # noqa: S311
                given = {"call": call, "candidates": candidates}
                scores.append(hook(**{name: given[name] for name in inspect.signature(hook).parameters}))
        return scores


class _PolicyChecks(_Checks):
    denies: bool

    @pytest.mark.parametrize("stream", [False, True])
    async def test_at_work_it_lets_through_or_denies_as_it_should(self, stream: bool) -> None:
        config = {"policies": {"mine": self.settings}}
        recorder = Recorder()
        async with ScriptedProvider() as upstream:
            acme = offer("acme", upstream)
            plugins: Any = {"policies": {"mine": self.plugin}, "sinks": {"recorder": recorder}}
            async with exchange_with(acme, config=config, **plugins) as x:
                result = await send(x, chat(stream=stream))
        failed = [event for event in recorder.events if isinstance(event, PluginFailed)]
        assert failed == []
        assert (result.status >= 400) == self.denies
        assert bool(upstream.requests) != self.denies, "what is denied is never sent"
        if self.denies:
            assert result.json["error"]["message"]

    async def test_it_can_be_closed_without_having_started_and_twice(self) -> None:
        await _close_twice(self.make())


class _SinkChecks(_Checks):
    settings_in: Callable[[Path], Settings]

    @pytest.fixture(autouse=True)
    def _own_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path / "home"))
        self.settings = dict(self.settings_in(tmp_path))

    async def test_it_takes_batches_of_one_and_of_a_thousand_and_again(self) -> None:
        sink = self.make()
        if hasattr(sink, "start"):
            await sink.start()
        try:
            for batch in (_events(1), _events(1_000), _events(1_000)):
                answer = sink.sink_emit(events=batch)
                if inspect.isawaitable(answer):
                    await answer
        finally:
            await _close_twice(sink)

    async def test_at_work_it_takes_every_event_once(self) -> None:
        config = {"sinks": {"mine": self.settings}}
        plugins = {"mine": self.plugin}
        async with (
            ScriptedProvider() as upstream,
            exchange_with(offer("acme", upstream), sinks=plugins, config=config) as x,
        ):
            for _ in range(3):
                await send(x, chat())
            await x.aclose()
            (lane,) = x.outbox.lanes
        assert (lane.produced, lane.sent, lane.dropped) == (3, 3, 0)

    async def test_it_can_be_closed_without_having_started_and_twice(self) -> None:
        await _close_twice(self.make())


async def _close_twice(plugin: Any) -> None:
    if hasattr(plugin, "aclose"):
        await plugin.aclose()
        await plugin.aclose()


def _candidates(seed: int) -> tuple[Candidate, ...]:
    """1 to CANDIDATES_MAX endpoints with all kinds of prices and pasts."""
    dice = random.Random(seed)  # noqa: S311
    made = []
    for number in range(seed % CANDIDATES_MAX + 1):
        name = f"p{number}"
        prices = Prices(input=dice.choice(EXTREMES), output=dice.choice(EXTREMES), request=dice.choice(EXTREMES))
        endpoint = Endpoint(
            id=f"{name}/m", provider=name, plugin=name, provider_name=name, model=MODEL, upstream="m",
            serves={"chat": Served("openai-chat", "http://x")}, prices=prices,
        )  # fmt: skip
        stats = EndpointStats()
        if dice.random() < 0.7:
            stats.successes, stats.failures = dice.choice((0.0, 1e-9, 3.0, 1e9)), dice.choice((0.0, 2.0, 1e9))
            stats.updated_at = dice.choice((0.0, 9_999.0, 10_000.0))
            stats.failed_at = dice.choice((None, 9_980.0, 10_000.0))
            stats.first_token_s, stats.tokens_per_s = dice.choice((None, 0.0, 0.3)), dice.choice((None, 0.0, 80.0))
            stats.in_flight = dice.choice((0, 5_000))
        made.append(Candidate(endpoint, stats))
    return tuple(made)


def _events(count: int) -> tuple[Event, ...]:
    """All kinds, with and without what may be absent."""
    attempt = AttemptRecord(
        id="att-1", endpoint="p/m", provider="p", model=MODEL, started_at=1.5, outcome="cut", seconds=math.pi,
        usage=Usage(input_tokens=2**40, quality="estimated"), cost_nano=2**62, error="quote \" \u2028 \x1b ü",
    )  # fmt: skip
    made: list[Event] = []
    for number in range(count):
        common: dict[str, Any] = {"operation": "chat", "dialect": "d", "stream": True, "principal": "local"}
        made.append(
            Generation(id=f"gen-{number:06}", received_at=1.0, key_id=None, model=None, attempts=(attempt,), **common)
            if number % 2 == 0
            else PluginFailed(id=f"plf-{number:06}", at=2.0, plugin="p", hook="h", error="")
        )
    return tuple(made)
