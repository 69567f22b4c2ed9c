"""The manifest of Anthropic: what a bill and a route depend on."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import crossroads_anthropic
import pytest

from crossroads.manifest import Manifest, read_manifest
from crossroads.money import UNITS, parse_usd
from crossroads.offers import Offer

FILE = Path(crossroads_anthropic.__file__).with_name("provider.toml")


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return read_manifest(FILE)


def test_the_key_goes_to_anthropic_only_and_by_its_own_header(manifest: Manifest) -> None:
    assert (manifest.auth.scheme, manifest.auth.header) == ("header", "x-api-key")
    assert manifest.hosts == (urlsplit(manifest.base_url or "").hostname,)


def test_every_call_names_the_version_of_the_api(manifest: Manifest) -> None:
    (quirk,) = manifest.quirks
    assert quirk.headers == {"anthropic-version": "2023-06-01"}
    assert (quirk.models, quirk.operations) == ((), ())


def test_a_cache_costs_more_to_write_and_less_to_read(manifest: Manifest) -> None:
    for facts in manifest.endpoints:
        prices = facts.prices
        assert prices.input is not None, facts.upstream
        assert prices.cache_write == prices.input * 5 // 4, facts.upstream
        assert prices.cache_read is not None, facts.upstream
        assert prices.cache_read <= prices.input // 10, facts.upstream
        assert prices.search == parse_usd("0.01") * UNITS, facts.upstream


def test_a_model_without_sampling_lists_none(manifest: Manifest) -> None:
    sampled = {facts.model for facts in manifest.endpoints if "temperature" in (facts.supported_parameters or ())}
    assert "anthropic/claude-opus-4.6" in sampled
    assert not {"anthropic/claude-opus-4.7", "anthropic/claude-sonnet-5", "anthropic/claude-fable-5"} & sampled


async def test_every_page_of_its_listing_is_read_and_what_is_retired_is_left_out():
    pages = {
        "/models?limit=1000": {
            "data": [
                {
                    "type": "model",
                    "id": "claude-opus-5-5",
                    "display_name": "Claude Opus 5.5",
                    "lifecycle": "active",
                    "max_input_tokens": 1000000,
                    "max_tokens": 128000,
                },
                {"type": "model", "id": "claude-2.1", "display_name": "Claude 2.1", "lifecycle": "retired"},
            ],
            "has_more": True,
            "last_id": "claude-2.1",
        },
        "/models?limit=1000&after_id=claude-2.1": {"data": [{"id": "claude-x"}], "has_more": False, "last_id": "x"},
    }

    async def get(path: str) -> bytes:
        return json.dumps(pages[path]).encode()

    assert await crossroads_anthropic.provider_models(get) == [
        Offer(
            upstream="claude-opus-5-5",
            name="Claude Opus 5.5",
            operation="chat",
            context_tokens=1000000,
            max_output_tokens=128000,
        ),
        Offer(upstream="claude-x", operation="chat"),
    ]
