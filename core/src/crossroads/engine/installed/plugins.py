"""From an entry point to something that can be called: load (stevedore), make, register (pluggy), flatten to tuples.

A plugin is loaded once, on first use. A broken one is reported by name and takes nothing else down: `load` and `make`
raise PluginError, and whoever asked decides. On the hot path the callables are flat tuples, resolved at start (20
plugins: 0.6 us against 5.2 us through pluggy); only a provider's hooks with a wrapper around them go through pluggy.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import EntryPoint
from typing import Any, NamedTuple

import pluggy
from stevedore.driver import DriverManager

from crossroads import hookspecs
from crossroads.engine.installed.index import CATALOGS, Index, Plugin
from crossroads.errors import ConfigError, PluginError
from crossroads.facts import Facts

PLAIN_HOOKS = ("policy_permit", "strategy_score", "strategy_heard", "provider_prepare", "provider_error")
"""On the hot path, called without await."""
ASYNC_HOOKS = ("provider_open", "provider_models")
BISECT = "CROSSROADS_PLUGINS"
"""Names, separated by commas: only these load (to find which one breaks an installation)."""


class Hook(NamedTuple):
    """One plugin's implementation of one hook. call takes the specification's arguments by position, in its order."""

    plugin: str
    call: Callable[..., Any]
    is_async: bool
    slow: bool
    whole: bool = False
    """Of a strategy: it has to see all candidates, however many (`engine.routing.shortlist`)."""


def is_failure(raised: BaseException) -> bool:
    """Is this a plugin's failure? No: a cancellation of the task that we run in, a generator closed, Ctrl-C.

    A plugin that calls `sys.exit()`, or lets a CancelledError of its own making out, has failed like any other.
    """
    if isinstance(raised, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is None or not task.cancelling()
    return isinstance(raised, (Exception, SystemExit))


class _Driver(DriverManager[Any]):
    """stevedore loads; what there is to load, our index says (one scan of the installation, not two)."""

    def __init__(self, plugin: Plugin) -> None:
        self._entry = EntryPoint(name=plugin.name, value=plugin.value, group=plugin.group)
        super().__init__(plugin.group, plugin.name, on_load_failure_callback=self._failed)

    def list_entry_points(self) -> list[EntryPoint]:
        return [self._entry]

    @staticmethod
    def _failed(manager: Any, entry: EntryPoint, error: BaseException) -> None:
        raise error


class Plugins:
    """What is loaded in one exchange."""

    def __init__(self, index: Index) -> None:
        self.index = index
        only = os.environ.get(BISECT)
        self._only = None if only is None else frozenset(filter(None, only.split(",")))
        self._loaded: dict[tuple[str, str], Any] = dict(index.objects)
        self._manager = _manager()
        self._alone: dict[int, tuple[Any, pluggy.PluginManager]] = {}

    @cached_property
    def facts(self) -> Facts:
        """Of the catalogs that may load, in order of their names."""
        catalogs = [one for one in self.index.all(CATALOGS) if one.error is None and self.may_load(one) is None]
        return Facts(one.facts for one in catalogs if one.facts is not None)

    def may_load(self, plugin: Plugin) -> str | None:
        """Why it is left out for now, or None."""
        if self._only is not None and plugin.name not in self._only:
            return f"{BISECT} leaves it out."
        return None

    def load(self, group: str, name: str) -> Any:
        """The module or class behind an entry point. Raises PluginError, whatever the import did."""
        key = (group, name)
        if key not in self._loaded:
            plugin = self.index.find(group, name)
            if (why := self.may_load(plugin)) is not None:
                raise PluginError(why, plugin=name, remedy=f"Unset {BISECT}, or add its name.")
            try:
                self._loaded[key] = _Driver(plugin).driver
            except (Exception, SystemExit) as error:
                raise PluginError(
                    f"{plugin.distribution} {plugin.version} can't be imported: {type(error).__name__}: {error}.",
                    plugin=name,
                    remedy="Reinstall or remove it; `crossroads plugins doctor` shows more.",
                ) from error
        return self._loaded[key]

    def make(self, group: str, name: str, settings: dict[str, Any], *, at: str) -> Any:
        """A plugin with its settings, not yet started. at: the settings' place in the configuration, for errors."""
        plugin = self.load(group, name)
        if not isinstance(plugin, type):  # a module, or an object of `Index.objects`
            if settings:
                raise _unexpected(settings, at)
            return plugin
        model = getattr(plugin, "Settings", None)
        if model is None:
            if settings:
                raise _unexpected(settings, at)
            return _guard(plugin, name)
        return _guard(lambda: plugin(parse_settings(model, settings, at=at)), name)

    def register(self, plugin: Any, name: str) -> None:
        """Check its hooks against the contract and let it take part. name: `<kind>/<name>`; one object has only one."""
        if self._manager.get_name(plugin) is not None:
            return  # a module behind two provider instances
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            if self._manager.get_name(plugin) is not None:
                self._manager.unregister(plugin)
            text = str(error).replace("\n", " ")
            raise PluginError(
                f"its hooks do not fit the contract: {text}.", plugin=name, remedy="See crossroads/hookspecs.py."
            ) from None
        if (why := self._objection(plugin)) is not None:
            self._manager.unregister(plugin)
            raise PluginError(why, plugin=name, remedy="See crossroads/hookspecs.py.")

    def _objection(self, plugin: Any) -> str | None:
        """What pluggy does not check: kinds of functions, and who may wrap whom."""
        for caller in self._manager.get_hookcallers(plugin) or ():
            for impl in caller.get_hookimpls():
                if impl.plugin is not plugin:
                    continue
                if _wraps(impl):
                    if not caller.name.startswith("provider_"):
                        return f"it wraps {caller.name}; only a provider's hooks can be wrapped."
                    continue
                is_async = inspect.iscoroutinefunction(impl.function)
                if is_async and caller.name in PLAIN_HOOKS:
                    return f"its {caller.name} is `async def`, and must be a plain `def`."
                if not is_async and caller.name in ASYNC_HOOKS:
                    return f"its {caller.name} is a plain `def`, and must be `async def`."
        return None

    def each(self, hook: str) -> tuple[Hook, ...]:
        """Everybody's implementation of a hook, in pluggy's order: the last registered first, tryfirst before it."""
        caller = getattr(self._manager.hook, hook)
        return tuple(_hook(impl, caller.spec.argnames) for impl in reversed(caller.get_hookimpls()))

    def first(self, hook: str, own: Any) -> Callable[..., Any] | None:
        """One provider's implementation, with the wrappers around it and nobody else's; None: it has none."""
        caller = getattr(self._with_wrappers(own).hook, hook)
        impls = caller.get_hookimpls()
        if not impls:
            return None
        spec = getattr(self._manager.hook, hook).spec.argnames
        if len(impls) == 1 and not _wraps(impls[0]):
            return _hook(impls[0], spec).call
        return lambda *args: caller(**dict(zip(spec, args, strict=True)))

    def _with_wrappers(self, own: Any) -> pluggy.PluginManager:
        """A manager of `own` and those who wrap. pluggy's subset of the common one would leave out those who are there
        now: a provider loaded later would answer for this one."""
        if id(own) not in self._alone:
            alone = _manager()
            for name, plugin in self._manager.list_name_plugin():
                callers = self._manager.get_hookcallers(plugin) or ()
                if plugin is own or any(i.plugin is plugin and _wraps(i) for c in callers for i in c.get_hookimpls()):
                    alone.register(plugin, name)
            self._alone[id(own)] = own, alone
        return self._alone[id(own)][1]


def _wraps(impl: Any) -> bool:
    return bool(impl.wrapper or impl.hookwrapper)


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def parse_settings(model: Any, settings: dict[str, Any], *, at: str) -> Any:
    """Settings through a plugin's pydantic model. Raises ConfigError naming the key; an unknown key is an error."""
    from pydantic import ValidationError

    if model.model_config.get("extra") != "forbid":
        raise PluginError("its Settings do not forbid unknown keys.", plugin=at, remedy='Set extra="forbid".')
    try:
        return model.model_validate(settings)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, (at, *fault["loc"])))
        raise ConfigError(f"{fault['msg']}.", field=key, remedy=f"Known: {', '.join(model.model_fields)}.") from None


def _hook(impl: Any, spec: tuple[str, ...]) -> Hook:
    function, names = impl.function, tuple(impl.argnames)
    call = function
    if names != tuple(spec):
        places = [spec.index(name) for name in names]
        call = lambda *args: function(*[args[place] for place in places])  # noqa: E731
    return Hook(
        plugin=impl.plugin_name,
        call=call,
        is_async=inspect.iscoroutinefunction(function),
        slow=bool(getattr(impl.plugin, "slow", False)),
        whole=bool(getattr(impl.plugin, "whole", False)),
    )


def _guard(make: Callable[[], Any], name: str) -> Any:
    try:
        return make()
    except (ConfigError, PluginError):
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"could not be made: {type(error).__name__}: {error}.", plugin=name, remedy="Check its settings."
        ) from error


def _unexpected(settings: dict[str, Any], at: str) -> ConfigError:
    key = sorted(settings)[0]
    return ConfigError("is not a known key.", field=f"{at}.{key}", remedy="It takes no settings.")
