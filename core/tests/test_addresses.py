"""Variables, sites and hosts of a provider's addresses."""

import pytest

from crossroads.addresses import Addresses, fill, variables_in
from crossroads.config import Config
from crossroads.engine.attempts.prepare import prepare_endpoint
from crossroads.engine.catalog import Catalog, active_instances, explain_inactive
from crossroads.engine.installed.index import PROVIDERS
from crossroads.errors import ConfigError
from crossroads.route import Address, KeyStyle, Served
from crossroads.testing.plugins import index_of, installed_dialects

ROW = {"model": "acme/small", "upstream": "small-1"}
SNOW = {
    "schema": 1,
    "name": "snow",
    "auth": {"scheme": "bearer", "env": ["SNOW_KEY"]},
    "base_url": "https://{account}.snow.example/{region}/v1",
    "variables": {
        "account": {"description": "the name of your account", "env": ["SNOW_ACCOUNT"]},
        "region": {"description": "a region", "default": "us"},
    },
    "operations": {
        "chat": {
            "dialect": "openai-chat",
            "url": "{base_url}/chat/completions",
            "also": {
                "anthropic-messages": {
                    "url": "https://claude.snow.example/v1/messages",
                    "auth": {"scheme": "header", "header": "x-api-key"},
                }
            },
        }
    },
    "hosts": ["claude.snow.example"],
    "sites": {
        "cn": {"base_url": "https://cn.snow.example/v1"},
        "lab": {
            "base_url": "https://lab.snow.example/v1",
            "also": {"openai-responses": "https://lab.snow.example/v1/r"},
        },
        "plan": {
            "base_url": "https://plan.snow.example/v1",
            "also": {"anthropic-messages": "https://plan2.snow.example/v1/messages"},
        },
    },
    "endpoints": [
        ROW,
        ROW | {"site": "plan"},
        ROW | {"site": "cn"},
        ROW | {"site": "lab"},
        {"model": "acme/cn", "upstream": "cn", "site": "cn"},
    ],
}


def index():
    return index_of({(PROVIDERS, "snow"): object()}, {"snow": SNOW})


def instances(environ=None, **words):
    config = {"providers": [{"name": "s", "plugin": "snow", **words}]} if words else {}
    found = active_instances(Config.of(config), index(), environ or {})
    return {instance.name: instance for instance in found}


def urls(instance):
    served = instance.endpoints[0].serves["chat"]
    return [served.url, *(address.url for address in served.also.values())]


def test_a_key_alone_does_not_activate_what_asks_for_an_account_too():
    assert instances({"SNOW_KEY": "k"}) == {}
    assert explain_inactive(index(), Catalog([], {})) == {"snow": "set SNOW_KEY and SNOW_ACCOUNT"}
    found = instances({"SNOW_KEY": "k", "SNOW_ACCOUNT": "acme"})["snow"]
    assert urls(found)[0] == "https://acme.snow.example/us/v1/chat/completions"
    assert found.may_send_to("https://acme.snow.example/")
    assert not found.may_send_to("https://other.snow.example/")


def test_the_configuration_fills_in_variables_and_goes_before_the_environment():
    found = instances({"SNOW_ACCOUNT": "acme"}, variables={"account": "mine", "region": "eu"})["s"]
    assert urls(found)[0] == "https://mine.snow.example/eu/v1/chat/completions"


def test_a_configured_instance_without_its_variable_is_an_error_that_says_how():
    with pytest.raises(
        ConfigError, match=r"providers\[0\]\.variables\.account.*name of your account, or set SNOW_ACCOUNT"
    ):
        instances(api_key="k")


@pytest.mark.parametrize("value", ["evil.test/", "a@evil.test", "evil.test:8", "evil.test#", "..", "a\nb", "a b"])
def test_a_value_can_not_leave_its_place_in_the_address(value):
    if value.endswith("/"):
        value += "x"
    with pytest.raises(ConfigError, match="no place in an address"):
        instances(variables={"account": value})


def test_a_variable_that_is_published_as_a_whole_address_is_taken_as_its_host():
    assert urls(instances({"SNOW_ACCOUNT": "https://acme/"}, region="x")["s"])[0].startswith(
        "https://acme.snow.example/"
    )


def test_a_site_moves_the_key_and_brings_only_the_dialects_that_it_names():
    cn = instances(site="cn")["s"]
    assert urls(cn) == ["https://cn.snow.example/v1/chat/completions"]
    assert cn.hosts == ("cn.snow.example",)
    assert [e.model for e in cn.endpoints] == ["acme/small", "acme/cn"]
    plan = instances(site="plan")["s"]
    assert urls(plan) == ["https://plan.snow.example/v1/chat/completions", "https://plan2.snow.example/v1/messages"]
    assert plan.hosts == ("plan.snow.example", "plan2.snow.example")
    with pytest.raises(ConfigError, match=r"providers\[0\]\.site='mars'.*Known: cn, lab, plan"):
        instances(site="mars")


def test_a_site_may_speak_a_dialect_of_chat_that_the_usual_address_does_not():
    (endpoint,) = instances(site="lab")["s"].endpoints
    assert {name: also.url for name, also in endpoint.serves["chat"].also.items()} == {
        "openai-responses": "https://lab.snow.example/v1/r"
    }


def test_at_the_operators_own_address_no_dialect_stays_elsewhere():
    assert urls(instances(base_url="http://10.0.0.7/v1")["s"]) == ["http://10.0.0.7/v1/chat/completions"]


def test_a_further_dialect_shows_the_same_key_in_its_own_way():
    (found,) = instances({"SNOW_ACCOUNT": "acme"}, api_key="secret-key").values()
    headers = {}
    for name in ("openai-chat", "anthropic-messages"):
        prepared = prepare_endpoint(found, found.endpoints[0], "chat", installed_dialects()[name](), None)
        headers[name] = dict(prepared.headers)
    assert headers["openai-chat"][b"authorization"] == b"Bearer secret-key"
    assert headers["anthropic-messages"][b"x-api-key"] == b"secret-key"
    assert b"authorization" not in headers["anthropic-messages"]


def test_what_is_listed_only_takes_no_part_whatever_is_set():
    words = {"schema": 1, "name": "ghost", "missing": ["base_url"], "auth": {"scheme": "bearer", "env": ["GHOST_KEY"]}}
    ghosts = index_of({(PROVIDERS, "ghost"): object()}, {"ghost": words})
    assert active_instances(Config.of({}), ghosts, {"GHOST_KEY": "k"}) == []
    assert explain_inactive(ghosts, Catalog([], {})) == {"ghost": "listed only: its base_url is not known"}
    with pytest.raises(ConfigError, match="can't be called"):
        active_instances(Config.of({"providers": [{"name": "g", "plugin": "ghost"}]}), ghosts, {})


def test_variables_are_found_once_and_the_cores_own_words_are_none():
    assert variables_in(["{base_url}/{a}/{upstream}", "{b}.x/{a}"]) == ["a", "b"]
    assert fill("{a}/{upstream}", {"a": "1"}) == "1/{upstream}"


def test_an_operation_of_another_key_style_keeps_it():
    here = Addresses(base_url="http://x", hosts=("x",), values={})
    style = KeyStyle(scheme="header", header="x-api-key")
    served = here.served(Served("d", "{base_url}/m", {"e": Address("{base_url}/n")}, style), "m")
    assert (served.auth_of("d"), served.auth_of("e")) == (style, None)


def test_a_further_dialect_is_spoken_only_to_the_models_that_it_names():
    here = Addresses(base_url="http://x", hosts=("x",), values={})
    served = Served("d", "{base_url}/m", {"e": Address("{base_url}/n", models=("claude-*",))})
    assert list(here.served(served, "claude-9").also) == ["e"]
    assert not here.served(served, "small").also


@pytest.mark.parametrize(
    ("upstream", "path"),
    [
        ("a/b:free@1", "a/b:free@1"),
        ("arn%3Aaws", "arn%3Aaws"),
        ("a?key=x", "a%3Fkey=x"),
        ("a#b c", "a%23b%20c"),
        ("é\r\n", "%C3%A9%0D%0A"),
    ],
)
def test_a_models_name_can_not_leave_the_path(upstream, path):
    here = Addresses(base_url="https://x.example", hosts=(), values={})
    assert here.served(Served("d", "{base_url}/m/{upstream}/run"), upstream).url == f"https://x.example/m/{path}/run"
