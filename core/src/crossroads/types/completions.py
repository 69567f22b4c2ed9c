"""The canonical (legacy) text completion request, and the documents that go back.

Source: OpenAI API reference, "Completions" (legacy), read 2026-11-24, with the router fields of `types.chat`.
"""

from __future__ import annotations

from typing import Any, TypedDict

from crossroads.types.base import Kept, Routed, Sampled


class CompletionRequest(Routed, Sampled, Kept):
    """prompt: text, several texts, token ids, or several lists of token ids."""

    prompt: str | list[str] | list[int] | list[list[int]]
    suffix: str | None = None
    echo: bool | None = None
    best_of: int | None = None
    logprobs: int | bool | None = None


class TextChoice(TypedDict, total=False):
    """finish_reason: stop, length, content_filter, error, or None."""

    index: int
    text: str
    finish_reason: str | None
    native_finish_reason: str | None
    logprobs: dict[str, Any] | None


class CompletionDocument(TypedDict, total=False):
    """A response or a chunk: `object` is "text_completion" in both. created: UTC seconds."""

    id: str
    object: str
    created: int
    model: str
    provider: str
    choices: list[TextChoice]
    usage: dict[str, Any]
