"""Who takes part, what they offer, and where their key may go."""

import msgspec
import pytest

from crossroads.config import Config
from crossroads.engine.catalog import Catalog, active_instances, explain_inactive
from crossroads.engine.installed.index import PROVIDERS
from crossroads.errors import ConfigError, PluginError
from crossroads.facts import Facts, ModelFacts
from crossroads.testing.plugins import index_of

CHAT = {"chat": {"dialect": "openai-chat", "url": "{base_url}/chat/completions"}}
ROW = {"model": "acme/small", "upstream": "small-1", "context_tokens": 4096}


def manifest(name: str, **words):
    return {
        "schema": 1,
        "name": name,
        "auth": {"scheme": "bearer", "env": [f"{name.upper()}_KEY"]},
        "operations": CHAT,
    } | words


def catalog(manifests: list, config: dict | None = None, environ: dict | None = None) -> Catalog:
    index = index_of({(PROVIDERS, m["name"]): object() for m in manifests}, {m["name"]: m for m in manifests})
    return Catalog(active_instances(Config.of(config or {}), index, environ or {}), {"small": "acme/small"})


KEYED = manifest("keyed", base_url="https://api.keyed.example/v1", hosts=["*.keyed.example"], endpoints=[ROW])
EMBEDDED = manifest(
    "embedded", activate="installed", base_url="local://embedded", auth={"scheme": "none"}, endpoints=[ROW]
)
TEMPLATE = manifest("template", activate="configuration", auth={"scheme": "bearer", "optional": True})


def test_a_provider_takes_part_when_its_usual_key_is_set_and_one_that_needs_none_always():
    assert list(catalog([KEYED, EMBEDDED, TEMPLATE]).instances) == ["embedded"]
    found = catalog([KEYED, EMBEDDED, TEMPLATE], environ={"KEYED_KEY": "k"})
    assert set(found.instances) == {"embedded", "keyed"}
    assert [c.endpoint.id for c in found.candidates("acme/small", "chat")] == ["embedded/small-1", "keyed/small-1"]
    assert found.candidates("acme/small", "embeddings") == ()
    assert found.resolve("small") == "acme/small"


def test_what_does_not_take_part_says_what_it_lacks():
    manifests = [KEYED, TEMPLATE]
    index = index_of({(PROVIDERS, m["name"]): object() for m in manifests}, {m["name"]: m for m in manifests})
    reasons = explain_inactive(index, Catalog([], {}))
    assert reasons == {"keyed": "set KEYED_KEY", "template": "name it in crossroads.toml"}


def test_two_instances_of_one_plugin_are_two_endpoints_of_the_model():
    rows = [
        {"name": name, "plugin": "template", "base_url": f"http://{name}.example/v1", "endpoints": [ROW]}
        for name in ("one", "two")
    ]
    found = catalog([TEMPLATE], {"providers": rows})
    urls = [c.endpoint.serves["chat"].url for c in found.candidates("acme/small", "chat")]
    assert urls == ["http://one.example/v1/chat/completions", "http://two.example/v1/chat/completions"]


def test_an_address_that_is_missing_is_named_with_its_remedy():
    with pytest.raises(ConfigError, match=r"providers\[0\]\.base_url.*Add the URL"):
        catalog([TEMPLATE], {"providers": [{"name": "x", "plugin": "template"}]})


def test_a_provider_that_is_not_installed_is_named_with_the_command_that_would():
    with pytest.raises(PluginError, match="pip install crossroads-absent"):
        catalog([], {"providers": [{"name": "x", "plugin": "absent"}]})


def test_an_operation_that_the_provider_has_not_is_named():
    rows = [{"name": "x", "plugin": "keyed", "endpoints": [ROW | {"operations": ["rerank"]}]}]
    with pytest.raises(ConfigError, match=r"endpoints\[0\]\.operations='rerank'"):
        catalog([KEYED], {"providers": rows})


def test_the_key_goes_to_the_hosts_of_the_manifest_and_nowhere_else():
    instance = catalog([KEYED], environ={"KEYED_KEY": "k"}).instances["keyed"]
    assert instance.may_send_to("https://api.keyed.example/v1/chat/completions")
    assert instance.may_send_to("https://eu.keyed.example/")
    for elsewhere in ("https://keyed.example.evil.test/", "https://evil.test/keyed.example", "https://xkeyed.example/"):
        assert not instance.may_send_to(elsewhere)


def test_an_address_of_the_operator_moves_the_key_there_and_only_there():
    rows = [{"name": "x", "plugin": "keyed", "base_url": "http://10.0.0.7/v1", "api_key": "secret-key"}]
    instance = catalog([KEYED], {"providers": rows}).instances["x"]
    assert instance.may_send_to("http://10.0.0.7/v1/chat/completions")
    assert not instance.may_send_to("https://api.keyed.example/v1")
    assert instance.auth_headers == ((b"authorization", b"Bearer secret-key"),)
    assert "secret-key" not in repr(instance.config) + repr(instance.secret)


def test_a_key_that_a_header_cannot_carry_is_refused_at_start_and_not_shown():
    with pytest.raises(ConfigError) as caught:
        catalog([KEYED], environ={"KEYED_KEY": "secret\nkey"})
    assert "secret" not in str(caught.value)


def known(**models: tuple[str, ...]) -> Facts:
    """A catalog of acme's models, by slug with their aliases."""
    rows = {f"acme/{slug}": ModelFacts(source="2026-11-20 https://acme.example/") for slug in models}
    compiled = {
        "aliases": {alias: f"acme/{slug}" for slug, aliases in models.items() for alias in aliases},
        "models": rows,
    }
    return Facts([msgspec.msgpack.encode(compiled)])


def test_a_model_is_one_however_its_providers_and_its_callers_spell_it():
    other = manifest(
        "other",
        base_url="https://other.example/v1",
        activate="installed",
        endpoints=[{"model": "Acme/Small", "upstream": "s"}],
    )
    manifests = [EMBEDDED, other]
    index = index_of({(PROVIDERS, m["name"]): object() for m in manifests}, {m["name"]: m for m in manifests})
    facts = known(small=("Acme/Small", "small-1"))
    found = Catalog(active_instances(Config.of({}), index, {}), {"mine": "small-1"}, facts)
    assert list(found.models) == ["acme/small"]
    assert {c.endpoint.provider for c in found.candidates("acme/small", "chat")} == {"embedded", "other"}
    assert found.resolve("small-1") == found.resolve("Acme/Small") == found.resolve("acme/small") == "acme/small"
    assert "small-1" in found
    assert found.resolve("acme/unknown") == "acme/unknown"
    assert "acme/unknown" not in found
