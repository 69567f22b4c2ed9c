"""Any OpenAI-compatible server by configuration: the row of the README as it stands, then a call through it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import crossroads_openai_compatible
import pytest

from crossroads.errors import ConfigError
from crossroads.money import parse_usd
from crossroads.testing import ScriptedProvider, exchange_with
from crossroads.testing.plugins import Offer, chat, send

MANIFEST = tomllib.loads(Path(crossroads_openai_compatible.__file__).with_name("provider.toml").read_text("utf-8"))
PRICES = '{ input = "0.15", output = "0.60" }'
CONFIGURATION = f"""
[[providers]]
name = "local"
plugin = "openai-compatible"
base_url = "http://127.0.0.1:9100/v1"
api_key = "env:LOCAL_KEY"
endpoints = [{{ model = "test/small", upstream = "small", context_tokens = 8192, price_usd_per_mtok = {PRICES} }}]
"""


def offered(**changes: Any) -> Offer:
    (row,) = tomllib.loads(CONFIGURATION)["providers"]
    return Offer({**row, **changes}, MANIFEST, crossroads_openai_compatible)


def test_the_configuration_works_as_it_stands() -> None:
    (endpoint,) = exchange_with(offered()).catalog.endpoints
    assert (endpoint.model, endpoint.provider, endpoint.context_tokens) == ("test/small", "local", 8192)
    assert (endpoint.prices.input, endpoint.prices.output) == (parse_usd("0.15"), parse_usd("0.60"))
    assert {operation: served.url for operation, served in endpoint.serves.items()} == {
        "chat": "http://127.0.0.1:9100/v1/chat/completions",
        "completions": "http://127.0.0.1:9100/v1/completions",
        "embeddings": "http://127.0.0.1:9100/v1/embeddings",
        "images": "http://127.0.0.1:9100/v1/images/generations",
        "speech": "http://127.0.0.1:9100/v1/audio/speech",
        "transcription": "http://127.0.0.1:9100/v1/audio/transcriptions",
        "translation": "http://127.0.0.1:9100/v1/audio/translations",
    }


@pytest.mark.parametrize(("key", "shown"), [("sk-local", "Bearer sk-local"), (None, None)])
async def test_a_call_goes_out_with_the_key_or_without_one(
    key: str | None, shown: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCAL_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("LOCAL_KEY", key)
    async with ScriptedProvider() as upstream, exchange_with(offered(base_url=upstream.base_url)) as x:
        result = await send(x, chat(model="test/small"))
        assert result.status == 200, result.body
        assert result.json["model"] == "test/small"
        assert upstream.requests[0].json["model"] == "small"
        assert upstream.requests[0].header("authorization") == shown


def test_without_an_address_the_error_names_the_key() -> None:
    row = offered()
    del row.instance["base_url"]
    with pytest.raises(ConfigError, match="base_url"):
        exchange_with(row)
