"""Its listing: operations in our words, what is fine-tuned or deprecated left out, all pages."""

import json

import crossroads_cohere

from crossroads.offers import Offer

PAGES = {
    "/v1/models?page_size=1000": {
        "models": [
            {"name": "command-a-03-2025", "endpoints": ["chat"], "context_length": 288000.0, "finetuned": False},
            {"name": "mine-ft", "endpoints": ["chat"], "finetuned": True},
            {"name": "old", "endpoints": ["chat"], "is_deprecated": True},
        ],
        "next_page_token": "next",
    },
    "/v1/models?page_size=1000&page_token=next": {
        "models": [
            {"name": "embed-v4.0", "endpoints": ["embed"], "context_length": 128000},
            {"name": "two", "endpoints": ["chat", "rerank"]},
        ]
    },
}


async def get(path: str) -> bytes:
    return json.dumps(PAGES[path]).encode()


async def test_every_page_of_the_listing_is_read():
    assert await crossroads_cohere.provider_models(get) == [
        Offer(upstream="command-a-03-2025", operation="chat", context_tokens=288000),
        Offer(upstream="embed-v4.0", operation="embeddings", context_tokens=128000),
        Offer(upstream="two"),
    ]
