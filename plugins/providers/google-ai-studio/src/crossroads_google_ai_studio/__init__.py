"""Google's Gemini API (AI Studio). What differs on the wire is data (provider.toml); its listing is read here."""

from __future__ import annotations

import json
from urllib.parse import quote

from crossroads.hookspecs import hookimpl
from crossroads.offers import Get, Offer, tokens

PREFIX = "models/"


@hookimpl
async def provider_models(get: Get) -> list[Offer]:
    """`GET /models`, page by page. Source: google-genai 3.6.1, google/genai/models.py and types.py, read 2026-11-25.

    Which methods a model has says little (speech and images come by generateContent too), so only embeddings do.
    """
    found: list[Offer] = []
    page: str | None = ""
    while page is not None:
        document = json.loads(await get(f"/models?pageSize=1000{page and f'&pageToken={quote(page)}'}"))
        for row in document.get("models", []):
            embeds = "embedContent" in row.get("supportedGenerationMethods", [])
            found.append(
                Offer(
                    upstream=row["name"].removeprefix(PREFIX),
                    name=row.get("displayName"),
                    operation="embeddings" if embeds else None,
                    context_tokens=tokens(row.get("inputTokenLimit")),
                    max_output_tokens=None if embeds else tokens(row.get("outputTokenLimit")),
                )
            )
        page = document.get("nextPageToken") or None
    return found
