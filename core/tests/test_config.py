"""Configuration: what is wrong is named with file, key, value and remedy; nothing unknown passes."""

import tomllib

import pytest

from crossroads.config import Config, Secret, load_config, resolve_secret
from crossroads.errors import ConfigError

SMALLEST = """
[[providers]]
name = "local"
plugin = "openai-compatible"
base_url = "http://127.0.0.1:9100/v1"
api_key = "env:LOCAL_KEY"
[[providers.endpoints]]
model = "test/small"
upstream = "small"
context_tokens = 8192
price_usd_per_mtok = { input = "0.15", output = "0.60" }
"""


def test_the_smallest_configuration_is_read_and_its_prices_are_integers():
    (provider,) = Config.of(tomllib.loads(SMALLEST)).providers
    assert provider.endpoints is not None
    assert provider.endpoints[0].prices.input == 150_000_000
    assert provider.endpoints[0].context_tokens == 8192


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ("server.prt = 1", "server.prt", "Did you mean 'port'"),
        ("[[provider]]\nname = 'a'", "provider", "Did you mean 'providers'"),
        ('server.port = "a"', "server.port", "must be an integer"),
        ("server.port = 99999", "server.port", "at most 65535"),
        ('[[providers]]\nplugin = "x"', "providers[0].name", "is missing"),
        ('[[providers]]\nname="a"\nplugin="x"\nendpoints=[{model="noslash",upstream="a"}]', "model", "author/slug"),
        ('[[providers]]\nname="a"\nplugin="x"\n[[providers]]\nname="a"\nplugin="y"', "providers[1].name", "twice"),
        (
            '[[providers]]\nname="a"\nplugin="x"\nendpoints=[{model="a/b",upstream="b",price_usd_per_mtok={input=0.1}}]',
            "price_usd_per_mtok.input",
            "must be a string",
        ),
        ("[limits]\ndeadline_s = 0", "limits.deadline_s", "more than 0"),
    ],
)
def test_each_mistake_names_its_key_and_its_remedy(text, field, says):
    with pytest.raises(ConfigError) as caught:
        Config.of(tomllib.loads(text), file="my.toml")
    assert field in str(caught.value)
    assert says in str(caught.value)
    assert "my.toml" in str(caught.value)


def test_a_mistyped_key_setting_does_not_show_its_value():
    with pytest.raises(ConfigError) as caught:
        Config.of({"providers": [{"name": "a", "plugin": "b", "api_kye": "sk-canary"}]})
    assert "sk-canary" not in str(caught.value)


def test_the_environment_overrides_one_key_and_its_mistakes_name_the_variable(tmp_path):
    file = tmp_path / "crossroads.toml"
    file.write_text("[server]\nport = 1234\n")
    assert load_config(file, {"CROSSROADS_SERVER__PORT": "4321"}).server.port == 4321
    assert load_config(file, {"CROSSROADS_SERVER__HOST": "::1"}).server.host == "::1"
    with pytest.raises(ConfigError, match="CROSSROADS_SERVER__PRT"):
        load_config(file, {"CROSSROADS_SERVER__PRT": "1"})


def test_a_named_file_that_is_absent_is_an_error_and_an_unnamed_one_is_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_config(environ={}).server.port == 8080
    with pytest.raises(ConfigError, match=r"absent\.toml"):
        load_config(tmp_path / "absent.toml", {})


def test_secrets_come_from_the_environment_or_a_file_and_show_nowhere(tmp_path):
    (tmp_path / "key").write_text("from-file\n")
    assert resolve_secret("env:K", environ={"K": "v"}).reveal() == "v"
    assert resolve_secret("env:K", environ={}) is None
    assert resolve_secret(f"file:{tmp_path / 'key'}", environ={}).reveal() == "from-file"
    assert "v" not in repr(Secret("v")).replace("Secret", "") + str(Secret("v")).replace("Secret", "")


def test_a_variable_that_leads_into_a_plain_value_is_named(tmp_path):
    file = tmp_path / "crossroads.toml"
    file.write_text("[sinks.x]\na = 1\n")
    with pytest.raises(ConfigError, match=r"sinks\.x\.a\.b: .*CROSSROADS_SINKS__X__A__B"):
        load_config(file, {"CROSSROADS_SINKS__X__A__B": "2"})


def test_a_file_that_nests_without_end_is_no_toml(tmp_path):
    file = tmp_path / "crossroads.toml"
    file.write_text("a = " + "[" * 100_000)
    with pytest.raises(ConfigError, match="is not TOML"):
        load_config(file, {})
