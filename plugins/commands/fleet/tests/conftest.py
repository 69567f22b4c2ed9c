"""A repository with one dialect, and a catalog with what is hard about real ones."""

import json
from pathlib import Path

import pytest

MIRROR = {"repo": "acme/facts", "path": "a b.toml", "commit": "c0"}
PROVIDERS = [
    {
        "id": "north",
        "name": "Northwind",
        "aliases": ["north-ai"],
        "homepage": "https://north.example",
        "base_urls": [
            {"url": "https://cn.north.example/v1", "region": "cn", "variant": "north-cn", "dialect": "openai-chat"},
            {"url": "https://api.north.example/v1", "dialect": "openai-chat", "operations": ["chat", "embeddings"]},
            {"url": "https://api.north.example/claude/v1", "dialect": "anthropic-messages"},
            {"url": "https://elsewhere.example/v1", "dialect": "anthropic-messages"},
            {"url": "https://api.north.example/own", "dialect": "custom"},
        ],
        "auth": {
            "scheme": "bearer",
            "env": ["NORTH_API_KEY", "NORTH_CN_API_KEY", "AWS_SECRET_ACCESS_KEY", "NORTH_HOST"],
        },
        "models_listing": "https://api.north.example/v1/models",
        "conflicts": [{"field": "auth", "values": {"one": "bearer", "two": "header"}}],
        "quirks": ["takes parameter max_tokens instead of max_completion_tokens"],
        "sources": {name: [MIRROR] for name in ("base_urls", "auth", "models_listing", "quirks", "homepage")},
    },
    {
        "id": "far",
        "name": "Far",
        "status": "historic",
        "base_urls": [{"url": "https://{Account_ID}.far.example", "dialect": "openai-chat"}],
        "auth": {"scheme": "header", "header": "x-key", "env": ["FAR_KEY"]},
        "sources": {
            name: [{"package": "@far/sdk==1.2", "path": "package/dist/i.js"}]
            for name in ("base_urls", "auth", "status")
        },
    },
    {"id": "ghost", "name": "Ghost", "sources": {}},
]
OFFERS = [
    {"provider": "north", "provider_model_id": "small", "model": "acme/small", "operation": "chat", "context": 8,
     "prices": {"input": "0.1", "output": "0.2", "image": "0.00000000001"}, "source": MIRROR,
     "also_in": ["mastra", "litellm"],
     "price_tiers": [{"above_context": 4, "input": "1"}],
     "conflicts": [{"field": "context", "preferred": "two", "values": {"one": 4, "two": 8}}]},
    {"provider": "north", "provider_model_id": "small", "variant": "north-cn", "model": None, "operation": "chat",
     "source": MIRROR},
    {"provider": "north", "provider_model_id": "embed", "model": None, "operation": "embeddings", "source": MIRROR},
    {"provider": "north", "provider_model_id": "doubtful", "model": None, "operation": "chat", "prices": {"input": "9"},
     "doubt": "price is 9 times the median", "source": MIRROR},
    {"provider": "north", "provider_model_id": "old", "operation": "chat", "deprecation_date": "2026-01-01",
     "source": MIRROR},
    {"provider": "north", "provider_model_id": "small-*", "operation": "chat", "id_exact": False, "source": MIRROR},
    {"provider": "north", "provider_model_id": "said-to-be", "operation": None,
     "source": {"package": "@mastra/core==1", "path": "package/r.json"}},
    {"provider": "north", "provider_model_id": "whisper-9", "operation": None,
     "source": {"package": "@mastra/core==1", "path": "package/r.json"}},
    {"provider": "north", "provider_model_id": "priced-once", "operation": None, "source": MIRROR},
]  # fmt: skip
GOVERNANCE = [
    {
        "id": "north",
        "facts": [
            {"field": "data_policy.training", "value": False, "source": {"url": "https://north.example/terms"}},
            {"field": "data_policy.retains_prompts", "value": False, "kind": "secondary",
             "source": {"repo": "dthinkr/openrouter-uptime", "path": "p", "commit": "c"}},
            {"field": "data_policy.zdr", "value": {"available": True, "default": "by model", "how": "ask"},
             "source": {"url": "https://north.example/zdr"}},
            {"field": "data_policy.retention_days", "value": 0.0417, "source": {"url": "https://north.example/kept"}},
        ],
    }
]  # fmt: skip


def write_lines(file: Path, rows: list) -> None:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def catalog(tmp_path) -> Path:
    folder = tmp_path / "catalog"
    folder.mkdir()
    for name, rows in (("providers", PROVIDERS), ("endpoints", OFFERS), ("governance", GOVERNANCE), ("models", [])):
        write_lines(folder / f"{name}.jsonl", rows)
    return folder


@pytest.fixture
def root(tmp_path) -> Path:
    """With the dialects that the catalog's providers speak, all in one package."""
    package = tmp_path / "repo" / "plugins" / "dialects" / "words"
    package.mkdir(parents=True)
    (tmp_path / "repo" / "plugins" / "providers").mkdir()
    names = ("openai-chat", "openai-embeddings", "anthropic-messages")
    entries = "".join(f'{name} = "m:C"\n' for name in names)
    (package / "pyproject.toml").write_text(
        '[project]\nname = "crossroads-words"\nversion = "0.1.0"\n'
        f'[project.entry-points."crossroads.dialects"]\n{entries}'
    )
    return tmp_path / "repo"
