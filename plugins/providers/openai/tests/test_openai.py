"""The manifest of OpenAI: what a bill and a route depend on."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import crossroads_openai
import pytest

from crossroads import Exchange
from crossroads.errors import ConnectFailed
from crossroads.manifest import Manifest, read_manifest
from crossroads.money import parse_usd
from crossroads.wire import HttpRequest, HttpResponse

FILE = Path(crossroads_openai.__file__).with_name("provider.toml")


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return read_manifest(FILE)


def test_the_key_goes_to_openai_only(manifest: Manifest) -> None:
    assert manifest.auth.env == ("OPENAI_API_KEY",)
    assert manifest.hosts == (urlsplit(manifest.base_url or "").hostname,)


def test_every_offer_has_price_context_operation_and_source(manifest: Manifest) -> None:
    rows = tomllib.loads(FILE.read_text("utf-8"))["endpoints"]
    for row, facts in zip(rows, manifest.endpoints, strict=True):
        assert facts.prices.input is not None, facts.upstream
        assert facts.prices.output is not None or facts.operations == ("embeddings",), facts.upstream
        assert facts.context_tokens, facts.upstream
        assert len({*facts.operations} - {"count_tokens"}) == 1, facts.upstream
        assert facts.model == f"openai/{facts.upstream}"
        assert row["source"]["url"], facts.upstream


def test_a_long_prompt_costs_the_long_price(manifest: Manifest) -> None:
    (facts,) = (facts for facts in manifest.endpoints if facts.upstream == "gpt-5.4")
    (tier,) = facts.tiers
    assert (facts.prices.input, tier.prices.input) == (parse_usd("2.5"), parse_usd("5"))
    assert tier.above_input_tokens == 272_000


def test_a_parameter_that_is_dropped_is_not_listed_as_supported(manifest: Manifest) -> None:
    for quirk in manifest.quirks:
        for facts in manifest.endpoints:
            if facts.upstream in quirk.models:
                assert not set(quirk.drop) & set(facts.supported_parameters or ()), facts.upstream


@pytest.mark.parametrize(("dialect", "asked"), [("openai-chat", "messages"), ("openai-responses", "input")])
async def test_what_a_reasoning_model_refuses_is_left_out_in_both_formats(dialect: str, asked: str) -> None:
    sent = []

    class Refuses:
        """Keeps what it is given, and answers 400."""

        async def send(self, request: HttpRequest) -> HttpResponse:
            sent.append(json.loads(request.body))
            raise ConnectFailed("not here", remedy="none")

    config = {"providers": [{"name": "openai", "plugin": "openai", "api_key": "k"}]}
    document = {"model": "openai/gpt-5-mini", asked: [{"role": "user", "content": "Hi"}], "temperature": 0.2}
    async with Exchange(config, transport=Refuses()) as x:
        call = x.open_call(dialect, json.dumps(document).encode())
        async for _ in x.run(call):
            pass
    assert sent
    assert all("temperature" not in body for body in sent)
    assert [(lost.field, lost.how) for lost in call.lost] == [("temperature", "dropped")]
