"""Counts of tokens of a request that nobody answers: one number.

Sources: Anthropic API reference, "Count tokens in a Message"; Gemini API reference, "Counting tokens"; Amazon Bedrock
API reference, "CountTokens"; read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import Reading, an_object, is_count

NAMES = ("input_tokens", "inputTokens", "totalTokens")


def reply(document: Any) -> Reading:
    told = an_object(document)
    items = [told[name] for name in NAMES if is_count(told.get(name))]
    return Reading(items=items, failed=not items)


def stream(events: list[Event]) -> Reading:
    """No vendor streams a count."""
    return Reading(failed=True)
