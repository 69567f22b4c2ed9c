"""Cohere. What differs on the wire is data (provider.toml); its listing is read here."""

from __future__ import annotations

import json
from urllib.parse import quote

from crossroads.hookspecs import hookimpl
from crossroads.offers import Get, Offer, tokens

OPERATIONS = {"chat": "chat", "embed": "embeddings", "rerank": "rerank"}
"""Its word for an endpoint -> ours."""


@hookimpl
async def provider_models(get: Get) -> list[Offer]:
    """`GET /v1/models`, page by page, fine-tuned and deprecated ones left out.

    Source: cohere 7.3.1, cohere/models/raw_client.py and types/get_model_response.py, read 2026-11-25.
    """
    found: list[Offer] = []
    page: str | None = ""
    while page is not None:
        document = json.loads(await get(f"/v1/models?page_size=1000{page and f'&page_token={quote(page)}'}"))
        for row in document.get("models", []):
            if row.get("finetuned") or row.get("is_deprecated"):
                continue
            operations = [OPERATIONS[one] for one in row.get("endpoints") or () if one in OPERATIONS]
            found.append(
                Offer(
                    upstream=row["name"],
                    operation=operations[0] if len(operations) == 1 else None,
                    context_tokens=tokens(row.get("context_length")),
                )
            )
        page = document.get("next_page_token") or None
    return found
