"""The canonical (legacy) text completion request, and the documents that go back.

Source: OpenAI API reference, "Completions" (legacy), read 2026-11-24, with the router fields of `types.chat`.
"""

from __future__ import annotations

from typing import Any, TypedDict

from crossroads.types.base import Loose, Number
from crossroads.types.chat import Plugin, Reasoning, StreamOptions


class CompletionRequest(Loose):
    """prompt: text, several texts, token ids, or several lists of token ids."""

    prompt: str | list[str] | list[int] | list[list[int]]
    model: str | None = None
    models: list[str] | None = None
    provider: dict[str, Any] | None = None
    plugins: list[Plugin] | None = None
    transforms: list[str] | None = None
    session_id: str | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    trace: dict[str, Any] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    suffix: str | None = None
    echo: bool | None = None
    best_of: int | None = None
    n: int | None = None
    max_tokens: int | None = None
    temperature: Number | None = None
    top_p: Number | None = None
    top_k: int | None = None
    min_p: Number | None = None
    top_a: Number | None = None
    frequency_penalty: Number | None = None
    presence_penalty: Number | None = None
    repetition_penalty: Number | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    logit_bias: dict[str, Number] | None = None
    logprobs: int | bool | None = None
    reasoning: Reasoning | None = None


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
