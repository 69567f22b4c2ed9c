"""Canonical embeddings request <-> Cohere's. What neither side names passes untouched (truncate, max_tokens, ...)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.request import ROUTER_ONLY, plain

from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported

Json = dict[str, Any]

INPUT_TYPE = "search_document"
"""Cohere insists on one; this is what its embeddings are mostly for."""

HANDLED = frozenset({"dimensions", "encoding_format", "input", "input_type", "metadata", "model", "stream", "user"})


def canonical_fields(fields: Fields) -> Json:
    document: Json = {k: plain(v) for k, v in fields.items() if k not in ("texts", "images", "inputs")}
    if "output_dimension" in document:
        document["dimensions"] = document.pop("output_dimension")
    if (kinds := document.get("embedding_types")) in (["float"], ["base64"]):
        document["encoding_format"] = kinds[0]
        del document["embedding_types"]
    texts, images, inputs = (plain(fields[name]) if name in fields else None for name in ("texts", "images", "inputs"))
    if texts:
        document["input"] = texts
    elif images:
        document["input"] = [{"content": [{"type": "image_url", "image_url": {"url": url}}]} for url in images]
    else:
        document["input"] = inputs
    return document


def cohere_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    lost: list[Lost] = []
    document: Fields = {k: v for k, v in fields.items() if k not in HANDLED and k not in ROUTER_ONLY}
    for name in ("user", "metadata"):
        if fields.get(name):
            lost.append(Lost(name, "dropped", "Cohere has no such parameter"))
    given = fields["input"]
    given = [given] if isinstance(given, str) else given
    if all(isinstance(one, str) for one in given):
        document["texts"] = given
    elif all(isinstance(one, dict) for one in given):
        document["inputs"] = given
    else:
        raise Unsupported("Cohere takes no token ids.", remedy="Send texts.", field="input")
    if "dimensions" in fields:
        document["output_dimension"] = fields["dimensions"]
    if fields.get("input_type") is None:
        lost.append(Lost("input_type", "emulated", f"Cohere insists on one: {INPUT_TYPE}"))
    document["input_type"] = fields.get("input_type") or INPUT_TYPE
    document.setdefault("embedding_types", [fields.get("encoding_format") or "float"])
    return document, lost


def draft(fields: Mapping[str, Any], lost: list[Lost], *, url: str, upstream: str) -> Draft:
    """What goes to the upstream, of a client's own fields or of encoded ones."""
    headers = ((b"content-type", b"application/json"), (b"accept", b"application/json"))
    document = {name: value for name, value in fields.items() if name != "stream"}
    return Draft(document={**document, "model": upstream}, url=url, headers=headers, lost=lost)
