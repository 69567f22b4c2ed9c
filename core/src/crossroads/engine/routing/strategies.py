"""Strategies in use: the configured ones, and those that callers name by `provider.sort` or a suffix, on first use.

Law: one that has to be started is started once, before it scores its first call; one that fails to is left out of every
call, and each such route says so.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.config import DEFAULT_STRATEGY
from crossroads.engine.installed.index import STRATEGIES
from crossroads.engine.installed.plugins import Hook
from crossroads.errors import ConfigError, CrossroadsError, PluginError

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

START_TIMEOUT_S = 10.0
"""For a strategy that starts while a call waits for it."""


class NotStarted(Exception):
    """A strategy must be begun before this call can be planned."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Strategies:
    """One per exchange."""

    def __init__(self, x: Exchange) -> None:
        self._x = x
        self._named: dict[str, tuple[Hook, ...]] = {}
        self._failed: dict[str, PluginError | ConfigError] = {}
        self._starting: dict[str, asyncio.Task[None]] = {}

    def configured(self) -> tuple[str, ...]:
        """Names, the first decides."""
        if self._x.config.routing.strategies is not None:
            return self._x.config.routing.strategies
        return (DEFAULT_STRATEGY,) if self.installed(DEFAULT_STRATEGY) else ()

    def check(self) -> None:
        """Raises ConfigError: settings of a strategy that nobody can ask for."""
        config = self._x.config
        unknown = sorted(name for name in config.strategies if not self.installed(name))
        if unknown:
            raise ConfigError(
                "has settings but is not installed.",
                file=config.file,
                field=f"strategies.{unknown[0]}",
                remedy="Install it, or remove them.",
            )

    def installed(self, name: str) -> bool:
        return any(plugin.name == name for plugin in self._x.index.all(STRATEGIES))

    def of(self, sort: str | None) -> tuple[Hook, ...]:
        """The configured ones, or the one that a caller names. Raises PluginError, ConfigError, NotStarted."""
        if sort is None:
            return self._x.hooks.score
        found = self._named.get(sort)
        if found is None:
            if sort in self._failed:
                raise self._failed[sort]
            if sort not in self.configured():
                raise NotStarted(self._x.index.find(STRATEGIES, sort).name)
            found = self._named[sort] = self._hooks(sort)
        return found

    def checks(self, call: Call) -> tuple[Hook, ...]:
        """Those that judge the replies of this call: `strategy_check` of the strategies that rank it."""
        return self._ranking(call, self._x.hooks.check)

    def listeners(self, call: Call) -> tuple[Hook, ...]:
        """Those that hear the reply of this call: `strategy_heard` of the strategies that rank it."""
        return self._ranking(call, self._x.hooks.heard)

    def ready(self, sorts: tuple[str, ...]) -> None:
        """Raises NotStarted. Whatever else is wrong with one of these, ranking tells."""
        for sort in sorts:
            if sort not in self._named and sort not in self._failed and self.installed(sort):
                self.of(sort)

    async def begin(self, sort: str) -> None:
        """Make and start it, once for all calls that wait; never raises what it fails of."""
        task = self._starting.get(sort)
        if task is None:
            task = self._starting[sort] = asyncio.create_task(self._begin(sort))
        await asyncio.shield(task)

    async def aclose(self) -> None:
        for task in self._starting.values():
            task.cancel()
        await asyncio.gather(*self._starting.values(), return_exceptions=True)

    async def _begin(self, sort: str) -> None:
        x = self._x
        try:
            async with x.clock.timeout_at(x.clock.monotonic() + START_TIMEOUT_S):
                await x.begin("strategies", STRATEGIES, sort, x.config.strategies.get(sort, {}))
        except (PluginError, ConfigError) as error:
            self._failed[sort] = error
        except (CrossroadsError, TimeoutError) as error:
            what = f"could not start: {x.reporter.describe(error)}."
            self._failed[sort] = PluginError(what, plugin=sort, remedy="Check its settings.")
        else:
            self._named[sort] = self._hooks(sort)
            each = x.plugins.each  # it may judge replies, and learn from how calls ended
            x.hooks = x.hooks._replace(
                check=each("strategy_check"), heard=each("strategy_heard"), settle=each("policy_settle")
            )
            return
        x.plugin_failed(f"strategies/{sort}", "start", self._failed[sort])

    def _ranking(self, call: Call, hooks: tuple[Hook, ...]) -> tuple[Hook, ...]:
        asked = {f"strategies/{name}" for name in self._x.selections.of(call, self._x).sorts or self.configured()}
        return tuple(hook for hook in hooks if hook.plugin in asked)

    def _hooks(self, sort: str) -> tuple[Hook, ...]:
        name = f"strategies/{sort}"
        return tuple(hook for hook in self._x.plugins.each("strategy_score") if hook.plugin == name)
