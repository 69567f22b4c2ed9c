"""OpenAI chat completions, as OpenRouter extends them: the canonical form on the wire, both sides.

Client equal to upstream: requests are spliced, replies and streams relayed. Otherwise they pass through
`crossroads.types.chat`. What the format carries, emulates and drops stands in carries.toml.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.family import OpenAIFamily
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import CHAT_KINDS

__all__ = ["OpenAIChat", "OpenAIFamily"]


class OpenAIChat(OpenAIFamily):
    """`POST /chat/completions`. Source: OpenRouter API reference, "Chat completions", read 2026-11-24."""

    name = "openai-chat"
    operation = "chat"
    paths: tuple[str, ...] = ("/chat/completions",)
    upstream_path = "/chat/completions"
    kinds = CHAT_KINDS
    required: tuple[str, ...] = ("messages", "prompt")
    shape = Shape(
        "chat.completion",
        "chat.completion.chunk",
        reply_choice={"message": {"role": "assistant", "content": None}},
        chunk_choice={"delta": {}},
    )
    prompt_as_message = True

    @staticmethod
    def validate(text: bytes) -> Any:
        from crossroads.types.base import validate  # pydantic costs an import: only when somebody asks
        from crossroads.types.chat import ChatRequest

        return validate(ChatRequest, text)
