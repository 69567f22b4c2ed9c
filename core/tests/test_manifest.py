"""provider.toml: facts become integers and structs; what is wrong is named."""

import pytest

from crossroads.addresses import Addresses
from crossroads.errors import ConfigError
from crossroads.manifest import build_endpoint, read_manifest

HERE = Addresses(base_url="http://x/v1/", hosts=("x",), values={})
GOOD = """
schema = 1
name = "northwind"
base_url = "https://api.northwind.example/v1"
[operations.chat]
dialect = "openai-chat"
url = "{base_url}/chat/{upstream}"
source = { url = "https://docs.northwind.example", read = 2026-11-20 }
[auth]
scheme = "bearer"
env = ["NORTHWIND_API_KEY"]
[data_policy]
trains_on_data = false
[[endpoints]]
model = "acme/small"
upstream = "acme-small-2"
created = 2026-01-02
price_usd_per_mtok = { input = "0.0375", output = "1" }
price_usd = { request = "0.01" }
price_holds_for = { resolution = ["480p", "720p"] }
price_tiers = [
    { above_input_tokens = 200000, price_usd_per_mtok = { input = "3" } },
    { above_input_tokens = 1000, price_usd_per_mtok = { input = "2" } },
    { utc = ["16:30", "00:30"], price_usd_per_mtok = { input = "1" } },
]
"""


def read(tmp_path, text):
    file = tmp_path / "provider.toml"
    file.write_text(text)
    return read_manifest(file)


def test_money_is_exact_tiers_ascend_and_addresses_are_whole(tmp_path):
    manifest = read(tmp_path, GOOD)
    endpoint = build_endpoint(manifest.endpoints[0], manifest, provider="north", at=HERE, region="eu")
    assert endpoint.id == "north/acme-small-2"
    assert endpoint.serves["chat"].url == "http://x/v1/chat/acme-small-2"
    assert endpoint.prices.input == 37_500_000
    assert endpoint.prices.request == 10_000_000 * 1_000_000
    assert [(tier.above_input_tokens, tier.utc) for tier in endpoint.tiers] == [
        (0, (990, 30)),
        (1000, None),
        (200000, None),
    ]
    assert endpoint.price_holds_for == {"resolution": ("480p", "720p")}
    assert endpoint.created == 1767312000
    assert (endpoint.trains_on_data, endpoint.retains_prompts) == (False, None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("schema = 1", "schema = 2"), "schema"),
        (('scheme = "bearer"', 'scheme = "baerer"'), "Did you mean 'bearer'"),
        (('"0.0375"', "0.0375"), "must be a string"),
        (('"16:30"', '"24:30"'), "utc"),
        (('{ utc = ["16:30", "00:30"], ', "{ "), "price_tiers"),
        (('"0.0375"', '"-1"'), "endpoints\\[0\\].price_usd_per_mtok.input"),
        (('"0.0375"', '"0.00000000001"'), "endpoints\\[0\\].price_usd_per_mtok.input"),
        (("[operations.chat]", "[operations.chatt]"), "operations"),
        (('name = "northwind"', 'name = "North Wind"'), "name"),
        (('model = "acme/small"', ""), "endpoints\\[0\\].model"),
        (("schema = 1", "schema = "), "can't be read"),
    ],
)
def test_each_mistake_names_file_and_key(tmp_path, change, says):
    with pytest.raises(ConfigError, match=says) as caught:
        read(tmp_path, GOOD.replace(*change))
    assert "provider.toml" in str(caught.value)


def test_a_provider_whose_address_nobody_states_is_listed_and_not_callable(tmp_path):
    manifest = read(tmp_path, 'schema = 1\nname = "northwind"\nmissing = ["base_url", "auth"]\n')
    assert not manifest.callable
    assert read(tmp_path, GOOD).callable


def test_without_operations_it_must_say_what_is_missing(tmp_path):
    with pytest.raises(ConfigError, match="operations: is missing"):
        read(tmp_path, 'schema = 1\nname = "northwind"\n')


def test_a_variable_of_an_address_must_be_described(tmp_path):
    with pytest.raises(ConfigError, match=r"variables\.account.*an address asks for it"):
        read(tmp_path, GOOD.replace("api.northwind", "{account}.northwind"))
