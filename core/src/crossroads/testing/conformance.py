"""What every policy and sink must hold, as test classes. (`testing.dialect`, `.provider`, `.strategy`: the others.)

    TestMine = sink_conformance(Mine)          a whole test file

Each takes the plugin's class, and its settings where it needs some.
"""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crossroads import hookspecs
from crossroads.engine.installed.index import POLICIES, SINKS
from crossroads.engine.installed.plugins import Plugins
from crossroads.errors import ConfigError
from crossroads.events import AttemptRecord, Event, Generation, PluginFailed
from crossroads.testing.answers import Answer, refusal
from crossroads.testing.imports import needs_dialect
from crossroads.testing.plugins import MODEL, Recorder, chat, exchange_with, index_of, offer, send
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

Settings = Mapping[str, Any]
CANARY = "canary-of-conformance"
"""Stands in every key of a check; a log that shows it shows keys."""


def policy_conformance(plugin: Any, settings: Settings | None = None, *, denies: bool) -> type:
    """denies: do these settings refuse an ordinary call of `test/model`? Both answers are checked at work."""
    return made(_PolicyChecks, plugin, POLICIES, settings, denies=denies)


def sink_conformance(plugin: Any, settings: Callable[[Path], Settings] | None = None) -> type:
    """settings: from an empty folder to the plugin's settings; $CROSSROADS_HOME is such a folder too."""
    return made(_SinkChecks, plugin, SINKS, None, settings_in=staticmethod(settings or (lambda folder: {})))


def made(checks: type, plugin: Any, group: str, settings: Settings | None, **more: Any) -> type:
    """The test class of one plugin."""
    words = {"plugin": staticmethod(plugin), "group": group, "settings": dict(settings or {}), **more}
    return with_asyncio(type(f"Test{plugin.__name__}", (checks,), words))


def with_asyncio(tests: type) -> type:
    """Mark the async tests of a class, so that they also run where pytest-asyncio is not in its auto mode."""
    for base in reversed(tests.__mro__):
        for name, test in vars(base).items():
            if name.startswith("test_") and inspect.iscoroutinefunction(test):
                setattr(tests, name, pytest.mark.asyncio(test))
    return tests


class Checks:
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

    def test_its_hooks_fit_the_contract(self) -> None:
        """And it has one of its kind."""
        plugins = Plugins(index_of({}))
        plugins.register(self.make(), "mine")
        hooks = [name for name, value in vars(hookspecs).items() if hasattr(value, "crossroads_spec")]
        kinds = {"strategies": "strategy_", "policies": "policy_", "sinks": "sink_"}
        mine = [name for name in hooks if name.startswith(kinds[self.group.removeprefix("crossroads.")])]
        assert any(plugins.each(name) for name in mine), f"it implements none of {', '.join(mine)}"

    def test_an_unknown_setting_is_an_error_that_names_it(self) -> None:
        with pytest.raises(ConfigError, match="no_such_setting"):
            self.make({**self.settings, "no_such_setting": 1})

    async def test_no_key_shows_in_a_log(self, caplog: Any, capfd: Any) -> None:
        """Neither the caller's nor the provider's, also where the provider quotes it."""
        needs_dialect("openai-chat")
        caplog.set_level(logging.DEBUG)
        kind, theirs = self.group.removeprefix("crossroads."), f"{CANARY}-of-a-provider"
        mine: dict[str, Any] = {kind: {"mine": self.plugin}, "config": {kind: {"mine": self.settings}}}
        async with ScriptedProvider() as upstream:
            upstream.script(Answer(), refusal(401, f"wrong key {theirs}"))
            async with exchange_with(offer("acme", upstream, api_key=theirs), **mine) as x:
                for _ in range(2):
                    await send(x, chat(), token=f"{CANARY}-of-a-caller")
        assert CANARY not in "".join([caplog.text, *capfd.readouterr()])


class _PolicyChecks(Checks):
    denies: bool

    @pytest.mark.parametrize("stream", [False, True])
    async def test_at_work_it_lets_through_or_denies_as_it_should(self, stream: bool) -> None:
        needs_dialect("openai-chat")
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


class _SinkChecks(Checks):
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
        needs_dialect("openai-chat")
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
