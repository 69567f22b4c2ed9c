"""The manifest of OpenAI: what a bill and a route depend on."""

from __future__ import annotations

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import crossroads_openai
import pytest

from crossroads.manifest import Manifest, read_manifest
from crossroads.money import parse_usd

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
        assert len(facts.operations) == 1, facts.upstream
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
