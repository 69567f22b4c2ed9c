"""OpenAI text completions (legacy): a prompt in, text out; what base models and fill-in-the-middle still need.

Everything but the fields is `crossroads_openai_chat`'s. Source: OpenAI API reference, "Completions" (legacy), read
2026-11-24.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS, SAMPLING_KINDS

from crossroads import jsonbody
from crossroads.jsonbody import Kind

COUNT_OR_ZERO = Kind(
    "an integer from 0 to 2147483647, or null",
    msgspec.json.Decoder(Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None),
)
"""`max_tokens` 0 scores a prompt (with `echo` and `logprobs`) and writes nothing."""


class OpenAICompletions(OpenAIFamily):
    """`POST /completions`."""

    name = "openai-completions"
    operation = "completions"
    paths: tuple[str, ...] = ("/completions",)
    upstream_path = "/completions"
    kinds = {
        **ROUTER_KINDS,
        **SAMPLING_KINDS,
        "best_of": jsonbody.COUNT,
        "echo": jsonbody.BOOLEAN,
        "max_tokens": COUNT_OR_ZERO,
        "prompt": Kind("a string or a non-empty array", opens=b'"[', filled=True),
        "suffix": jsonbody.STRING,
    }
    required = ("prompt",)
    shape = Shape("text_completion", "text_completion")

    @staticmethod
    def validate(text: bytes) -> Any:
        from crossroads.types.base import validate
        from crossroads.types.completions import CompletionRequest

        return validate(CompletionRequest, text)
