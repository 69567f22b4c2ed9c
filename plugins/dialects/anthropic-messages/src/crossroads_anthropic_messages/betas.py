"""Which `anthropic-beta` values a request needs, read off its own fields: a client's header does not reach a dialect.

Only what is refused without its header stands here; a feature that has left beta needs none, and bears none.
Sources: Anthropic's docs "Beta headers" and the page of each feature; `anthropic` 2.12, types/anthropic_beta_param.py;
recorded requests; read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

BY_FIELD = {
    "context_management": "context-management-2025-06-27",
    "mcp_servers": "mcp-client-2025-11-20",
    "output_format": "structured-outputs-2025-11-13",
}

BY_TEXT = (
    ("messages", b'"file_id"', "files-api-2025-04-14"),
    ("context_management", b'"compact_20260112"', "compact-2026-01-12"),
    ("container", b'"skills"', "skills-2025-10-02"),
    ("tools", b'"advisor_20260301"', "advisor-tool-2026-03-01"),
    ("tools", b'"computer_20250124"', "computer-use-2025-01-24"),
    ("tools", b'"computer_20251124"', "computer-use-2025-11-24"),
    ("speed", b'"fast"', "fast-mode-2026-02-01"),
)
"""Field, what its JSON text holds, and the value that this needs."""


def betas(document: Mapping[str, Any]) -> list[str]:
    """The values, each once."""
    found = [beta for field, beta in BY_FIELD.items() if field in document]
    texts: dict[str, bytes] = {}
    for field, text, beta in BY_TEXT:
        if field not in document:
            continue
        if field not in texts:
            value = document[field]
            texts[field] = bytes(value) if isinstance(value, msgspec.Raw) else msgspec.json.encode(value)
        if text in texts[field]:
            found.append(beta)
    return found
