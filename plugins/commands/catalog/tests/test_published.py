"""Published catalogs: each known format, as it is published, is read exactly; what it leaves open is not read."""

import datetime
import json

import pytest
from crossroads_catalog.published import parse, read_published

from crossroads.errors import BadRequest
from crossroads.offers import Offer
from crossroads.route import Prices, Tier

TODAY = datetime.date(2026, 11, 25)
MTOK = 10**9

# As models.dev's schema (anomalyco/models.dev at f3fc692, packages/core/src/schema.ts) has it.
MODELS_DEV = {
    "google": {
        "id": "google",
        "env": ["GEMINI_API_KEY"],
        "npm": "@ai-sdk/google",
        "name": "Google",
        "doc": "https://ai.google.dev/gemini-api/docs/models",
        "models": {
            "gemini-2.5-pro": {
                "id": "gemini-2.5-pro",
                "name": "Gemini 2.5 Pro",
                "attachment": True,
                "reasoning": True,
                "tool_call": True,
                "release_date": "2025-03-20",
                "last_updated": "2025-06-05",
                "modalities": {"input": ["text", "image"], "output": ["text"]},
                "open_weights": False,
                "limit": {"context": 1048576, "output": 65536},
                "cost": {
                    "input": 1.25,
                    "output": 10.00,
                    "cache_read": 0.125,
                    "input_audio": 1,
                    "tiers": [{"tier": {"size": 200000}, "input": 2.5, "output": 15.00}],
                },
            },
            "free-one": {"id": "free-one", "limit": {"context": 0, "output": 0}},
        },
    }
}
# As litellm 1.109.1's model_prices_and_context_window_backup.json has them.
LITELLM = {
    "sample_spec": {"litellm_provider": "one of https://docs.litellm.ai/docs/providers", "mode": "one of: chat"},
    "groq/openai/gpt-oss-20b": {
        "cache_read_input_token_cost": 3.75e-08,
        "input_cost_per_token": 7.5e-08,
        "input_cost_per_token_above_200k_tokens": 1.5e-07,
        "input_cost_per_token_above_200k_tokens_priority": 3e-07,
        "litellm_provider": "groq",
        "max_input_tokens": 131072,
        "max_output_tokens": 32768,
        "max_tokens": 32768,
        "mode": "chat",
        "output_cost_per_token": 3e-07,
    },
    "text-embedding-3-small": {"input_cost_per_token": 2e-08, "litellm_provider": "openai", "mode": "embedding"},
    "vertex_ai/claude-x": {"litellm_provider": "vertex_ai-anthropic_models", "mode": "chat"},
}
# As pydantic/genai-prices at 47df840, prices/data.json, has them.
GENAI = [
    {
        "id": "x-ai",
        "name": "X AI",
        "api_pattern": "https://api\\.x\\.ai",
        "models": [
            {
                "id": "grok-x",
                "match": {"or": [{"equals": "grok-x"}, {"equals": "grok-x-0709"}, {"starts_with": "grok-x-"}]},
                "context_window": 131072,
                "prices": {
                    "input_mtok": {"base": 0.3, "tiers": [{"start": 128000, "price": 0.6}]},
                    "output_mtok": 0.5,
                },
            },
            {
                "id": "dated",
                "match": {"equals": "dated"},
                "prices": [
                    {"prices": {"input_mtok": 5}},
                    {"constraint": {"start_date": "2026-03-13"}, "prices": {"input_mtok": 4}},
                    {"constraint": {"start_date": "2027-01-01"}, "prices": {"input_mtok": 3}},
                ],
            },
            {
                "id": "hourly",
                "match": {"equals": "hourly"},
                "prices": [{"prices": {"input_mtok": 5}}, {"constraint": {"start_time": "16:30Z"}, "prices": {}}],
            },
        ],
    }
]
OPENROUTER = {
    "data": [
        {
            "id": "openai/gpt-5",
            "name": "OpenAI: GPT-5",
            "context_length": 400000,
            "pricing": {"prompt": "0.00000125", "completion": "0.00001", "web_search": "0.01"},
            "top_provider": {"context_length": 400000, "max_completion_tokens": 128000},
        }
    ]
}


def read(document, format=None):
    format, parsed = parse(json.dumps(document).encode(), format)
    return format, read_published(parsed, format, TODAY)


def above(tokens, **prices):
    return (Tier(above_input_tokens=tokens, prices=Prices(**prices)),)


def test_models_dev():
    format, offers = read(MODELS_DEV)
    assert format == "models.dev"
    assert offers == {
        "google-ai-studio": {
            "gemini-2.5-pro": Offer(
                upstream="gemini-2.5-pro",
                name="Gemini 2.5 Pro",
                context_tokens=1048576,
                max_output_tokens=65536,
                prices=Prices(input=1_250_000_000, output=10 * MTOK, cache_read=125_000_000, audio_input=MTOK),
                tiers=above(200_000, input=2_500_000_000, output=15 * MTOK),
            ),
            "free-one": Offer(upstream="free-one"),
        }
    }


def test_litellm():
    format, offers = read(LITELLM)
    assert format == "litellm"
    assert offers["groq"] == {
        "openai/gpt-oss-20b": Offer(
            upstream="openai/gpt-oss-20b",
            operation="chat",
            max_output_tokens=32768,
            prices=Prices(input=75_000_000, output=300_000_000, cache_read=37_500_000),
            tiers=above(200_000, input=150_000_000),
        )
    }
    assert offers["openai"]["text-embedding-3-small"].operation == "embeddings"
    assert list(offers["google-vertex"]) == ["claude-x"]
    assert len(offers) == 3


def test_genai_prices():
    format, offers = read(GENAI)
    assert format == "genai-prices"
    found = offers["xai"]
    assert list(found) == ["grok-x", "grok-x-0709", "dated", "hourly"]
    assert found["grok-x-0709"].prices == Prices(input=300_000_000, output=500_000_000)
    assert found["grok-x"].tiers == above(128_000, input=600_000_000)
    assert found["grok-x"].context_tokens == 131072
    assert found["dated"].prices == Prices(input=4 * MTOK)
    assert found["hourly"].prices == Prices()


def test_openrouter():
    format, offers = read(OPENROUTER)
    assert format == "openrouter"
    gpt = offers["openrouter"]["openai/gpt-5"]
    assert (gpt.context_tokens, gpt.max_output_tokens) == (400000, 128000)
    assert gpt.prices == Prices(input=1_250_000_000, output=10 * MTOK, search=10_000_000 * 10**6)


@pytest.mark.parametrize(
    ("document", "format", "said"),
    [
        ({"a": 1}, None, "is not known"),
        (MODELS_DEV, "yaml", "is not known"),
        (LITELLM, "models.dev", "not in the format of models.dev"),
        (GENAI, "litellm", "not in the format of litellm"),
        ([{"id": "x"}], None, "not in the format of genai-prices"),
        ({"data": [1, {"id": None}]}, "models.dev", "not in the format"),
    ],
)
def test_what_is_in_no_known_format_is_refused(document, format, said):
    with pytest.raises(BadRequest, match=said):
        read(document, format)


def test_what_is_no_json_is_refused():
    with pytest.raises(BadRequest, match="no JSON"):
        parse(b"<html>", None)
