"""Its listing: names without their prefix, limits as stated, all pages."""

import json

import crossroads_google_ai_studio

from crossroads.offers import Offer

PAGES = {
    "/models?pageSize=1000": {
        "models": [
            {
                "name": "models/gemini-2.5-pro",
                "version": "2.5",
                "displayName": "Gemini 2.5 Pro",
                "inputTokenLimit": 1048576,
                "outputTokenLimit": 65536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            }
        ],
        "nextPageToken": "a/b=",
    },
    "/models?pageSize=1000&pageToken=a/b%3D": {
        "models": [
            {
                "name": "models/gemini-embedding-001",
                "inputTokenLimit": 2048,
                "outputTokenLimit": 1,
                "supportedGenerationMethods": ["embedContent"],
            }
        ]
    },
}


async def get(path: str) -> bytes:
    return json.dumps(PAGES[path]).encode()


async def test_every_page_of_the_listing_is_read():
    assert await crossroads_google_ai_studio.provider_models(get) == [
        Offer(upstream="gemini-2.5-pro", name="Gemini 2.5 Pro", context_tokens=1048576, max_output_tokens=65536),
        Offer(upstream="gemini-embedding-001", operation="embeddings", context_tokens=2048),
    ]
