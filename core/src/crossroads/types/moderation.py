"""The canonical moderation request, and the document that goes back.

Source: OpenAI API reference, "Moderations" (OpenRouter has no such operation), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any, TypedDict

from crossroads.types.base import Loose, Routed


class ModerationPart(Loose):
    """type: text or image_url."""

    type: str


class ModerationRequest(Routed):
    """input: a text, several, or parts of one input. There is one verdict for each text, and one for all parts."""

    input: str | list[str] | list[ModerationPart]


class Verdict(TypedDict, total=False):
    """categories: name -> is it flagged; category_scores: name -> 0 to 1. The names are the host's own."""

    flagged: bool
    categories: dict[str, bool]
    category_scores: dict[str, float]
    category_applied_input_types: dict[str, list[str]]


class ModerationDocument(TypedDict, total=False):
    id: str
    model: str
    provider: str
    results: list[Verdict]
    usage: dict[str, Any]
