"""Anthropic. What differs on the wire is data (provider.toml); its listing is read here."""

from __future__ import annotations

import json
from urllib.parse import quote

from crossroads.hookspecs import hookimpl
from crossroads.offers import Get, Offer, tokens


@hookimpl
async def provider_models(get: Get) -> list[Offer]:
    """`GET /models`, page by page, retired ones left out.

    Source: anthropic 2.13.0, anthropic/types/model_info.py and model_list_params.py, read 2026-11-25.
    """
    found: list[Offer] = []
    after: str | None = ""
    while after is not None:
        document = json.loads(await get(f"/models?limit=1000{after and f'&after_id={quote(after)}'}"))
        for row in document["data"]:
            if row.get("lifecycle") != "retired":
                found.append(
                    Offer(
                        upstream=row["id"],
                        name=row.get("display_name"),
                        operation="chat",
                        context_tokens=tokens(row.get("max_input_tokens")),
                        max_output_tokens=tokens(row.get("max_tokens")),
                    )
                )
        after = document.get("last_id") if document.get("has_more") else None
    return found
