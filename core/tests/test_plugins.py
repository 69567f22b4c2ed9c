"""From an entry point to a hook: who may load, what is refused at start, in what order hooks are called."""

import asyncio
from contextlib import suppress

import pytest
from pydantic import BaseModel, ConfigDict

from crossroads.engine.installed.index import POLICIES, PROVIDERS, STRATEGIES, Index, Plugin
from crossroads.engine.installed.plugins import BISECT, Plugins
from crossroads.errors import ConfigError, PluginError, UpstreamTimeout
from crossroads.hookspecs import hookimpl
from crossroads.testing import ScriptedProvider, chat, exchange_with, index_of, offer, send


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """An index of modules that really are imported: name -> source."""

    def make(**sources):
        entries = []
        for name, source in sources.items():
            (tmp_path / f"plugins_test_{name}.py").write_text(source)
            entries.append(
                Plugin(
                    group=POLICIES,
                    name=name,
                    value=f"plugins_test_{name}",
                    distribution=f"crossroads-{name}",
                    version="1",
                )
            )
        return Index(entries)

    monkeypatch.syspath_prepend(tmp_path)
    return make


def test_the_environment_can_leave_plugins_out_to_find_the_one_that_breaks(installed, monkeypatch):
    monkeypatch.setenv(BISECT, "good, ,other")
    plugins = Plugins(installed(good="x = 1", evil="x = 1"))
    assert plugins.load(POLICIES, "good")
    with pytest.raises(PluginError, match=BISECT):
        plugins.load(POLICIES, "evil")
    monkeypatch.setenv(BISECT, "")
    with pytest.raises(PluginError, match=BISECT):
        Plugins(installed(good="x = 1")).load(POLICIES, "good")


@pytest.mark.parametrize("source", ["import no_such_module", "1/0", "def (", "import sys; sys.exit(1)"])
def test_whatever_an_import_does_it_is_an_error_that_names_the_distribution(installed, source):
    with pytest.raises(PluginError, match=r"plugin evil: crossroads-evil 1 can't be imported"):
        Plugins(installed(evil=source)).load(POLICIES, "evil")


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    limit: int = 1


class WithSettings:
    Settings = Settings

    def __init__(self, settings):
        self.settings = settings


class Lax(WithSettings):
    class Settings(BaseModel):
        pass


class Bare:
    pass


class Broken:
    def __init__(self):
        raise RuntimeError("no")


def make(plugin, settings):
    return Plugins(index_of({(POLICIES, "it"): plugin})).make(POLICIES, "it", settings, at="policies.it")


def test_a_plugin_is_made_with_its_settings():
    assert make(WithSettings, {"limit": 5}).settings.limit == 5
    assert make(WithSettings, {}).settings.limit == 1
    assert isinstance(make(Bare, {}), Bare)


@pytest.mark.parametrize(
    ("plugin", "settings", "says"),
    [
        (WithSettings, {"limt": 5}, "policies.it.limt"),
        (WithSettings, {"limit": "many"}, "policies.it.limit"),
        (Bare, {"x": 1}, "policies.it.x"),
        (pytest, {"x": 1}, "policies.it.x"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_not_shown(plugin, settings, says):
    with pytest.raises(ConfigError) as caught:
        make(plugin, settings)
    assert says in str(caught.value)
    assert "many" not in str(caught.value)


@pytest.mark.parametrize(("plugin", "says"), [(Lax, "forbid"), (Broken, "could not be made: RuntimeError")])
def test_a_plugin_that_can_not_be_made_is_named(plugin, says):
    with pytest.raises(PluginError, match=says):
        make(plugin, {})


def register(**hooks):
    plugin = type("Mine", (), {name: staticmethod(hookimpl(hook)) for name, hook in hooks.items()})()
    plugins = Plugins(index_of({}))
    plugins.register(plugin, "policies/mine")
    return plugins


def test_a_wrong_argument_is_refused_with_plugin_hook_and_argument():
    with pytest.raises(PluginError) as caught:
        register(policy_permit=lambda call, candidate: None)
    assert all(word in str(caught.value) for word in ("policies/mine", "policy_permit", "candidate"))


def test_a_hook_that_is_not_in_the_contract_is_refused():
    with pytest.raises(PluginError, match="policy_permitt"):
        register(policy_permitt=lambda call: None)


def test_what_was_refused_takes_no_part_and_the_next_is_not_blamed_for_it():
    plugins = Plugins(index_of({}))
    bad = type("Bad", (), {"policy_permitt": staticmethod(hookimpl(lambda: None))})()
    good = type("Good", (), {"policy_permit": staticmethod(hookimpl(lambda: None))})()
    with pytest.raises(PluginError):
        plugins.register(bad, "policies/bad")
    plugins.register(good, "policies/good")
    assert [hook.plugin for hook in plugins.each("policy_permit")] == ["policies/good"]


def test_only_a_providers_hooks_can_be_wrapped():
    class Wraps:
        @hookimpl(wrapper=True)
        def strategy_score(self):
            return (yield)

    with pytest.raises(PluginError, match="wraps strategy_score"):
        Plugins(index_of({})).register(Wraps(), "policies/wraps")


def test_a_hook_gets_the_arguments_that_it_names_in_whatever_order():
    seen = []
    plugins = register(policy_permit=lambda candidates, call: seen.append((call, candidates)))
    (hook,) = plugins.each("policy_permit")
    hook.call("the call", "the candidates")
    assert seen == [("the call", "the candidates")]


class Named:
    def __init__(self, name, log):
        self.name, self.log = name, log

    @hookimpl
    def policy_admit(self):
        self.log.append(self.name)

    @hookimpl
    def policy_permit(self):
        self.log.append(f"{self.name} permits")


@pytest.mark.parametrize("order", [["a", "b", "c"], ["c", "a", "b"]])
async def test_policies_are_called_in_the_order_of_the_configuration(order):
    log = []
    async with ScriptedProvider() as upstream:
        policies = {name: Named(name, log) for name in order}
        async with exchange_with(offer("acme", upstream), policies=policies) as x:
            await send(x, chat())
    assert log == [*order, *(f"{name} permits" for name in order)]


class Marks:
    """A provider that marks its requests."""

    def __init__(self, name):
        self.name = name

    @hookimpl
    def provider_prepare(self, request):
        return request.with_header(b"x-mark", self.name.encode())


class Wrapper:
    """A policy that sees and changes what a provider prepared, whichever it is."""

    @hookimpl(wrapper=True)
    def provider_prepare(self, attempt, request):
        prepared = (yield) or request
        return prepared.with_header(b"x-wrapped", prepared.header(b"x-mark") or b"nothing")


async def test_a_wrapper_surrounds_the_hooks_of_every_provider_and_providers_do_not_meet():
    async with ScriptedProvider() as upstream:
        offers = [
            offer("one", upstream, models={"a/one": "1"}, plugin=Marks("one")),
            offer("two", upstream, models={"a/two": "2"}, plugin=Marks("two")),
            offer("plain", upstream, models={"a/plain": "3"}),
        ]
        async with exchange_with(*offers, policies={"wrapper": Wrapper()}) as x:
            for model in ("a/one", "a/two", "a/plain", "a/one"):
                assert (await send(x, chat(model=model))).status == 200
    headers = [(request.header("x-mark"), request.header("x-wrapped")) for request in upstream.requests]
    assert headers == [("one", "one"), ("two", "two"), (None, "nothing"), ("one", "one")]


class Lives:
    def __init__(self, name, log, fails=False):
        self.name, self.log, self.fails = name, log, fails

    async def start(self):
        self.log.append(f"start {self.name}")
        if self.fails:
            raise RuntimeError("can't")

    async def aclose(self):
        self.log.append(f"close {self.name}")


async def test_what_started_is_closed_in_reverse_also_what_failed_to_start_and_what_comes_after_never_starts():
    log = []
    policies = {"a": Lives("a", log, fails=True), "b": Lives("b", log)}
    with pytest.raises(PluginError, match="plugin a: could not start: RuntimeError"):
        await exchange_with(policies=policies, strategies={"s": Lives("s", log)}).start()
    started = [entry.split()[1] for entry in log if entry.startswith("start")]
    closed = [entry.split()[1] for entry in log if entry.startswith("close")]
    assert started[-1] == "a"
    assert closed == started[::-1]


def test_the_same_provider_module_behind_two_instances_is_registered_once():
    plugins = Plugins(index_of({}))
    for name in ("providers/one", "providers/two"):
        plugins.register(Marks, name)
    assert len(plugins.each("provider_prepare")) == 1


def test_names_of_groups_are_those_of_the_contract():
    assert (PROVIDERS, STRATEGIES, POLICIES) == ("crossroads.providers", "crossroads.strategies", "crossroads.policies")


async def test_an_opening_that_failed_takes_no_later_one_with_it():
    class Flaky:
        def __init__(self):
            self.opened, self.go = 0, asyncio.Event()

        @hookimpl
        async def provider_open(self):
            self.opened += 1
            first = self.opened == 1
            await self.go.wait()
            if first:
                self.go.clear()
                raise UpstreamTimeout("no token yet.", remedy="Wait.")

    flaky = Flaky()
    async with exchange_with(offer("one", "http://127.0.0.1:1/v1", plugin=flaky)) as x:
        instance = x.catalog.instances["one"]

        async def until_open():
            for _ in range(2):
                with suppress(UpstreamTimeout):
                    return await x.providers.open(instance)

        waiting = [asyncio.create_task(until_open()) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        flaky.go.set()
        for _ in range(10):
            await asyncio.sleep(0)
        flaky.go.set()
        await asyncio.gather(*waiting)
        assert flaky.opened == 2
        assert x.providers.transport(instance)
