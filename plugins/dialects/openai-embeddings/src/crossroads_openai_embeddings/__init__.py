"""OpenAI embeddings, as OpenRouter extends them (multimodal input, input_type): never streamed.

Everything but the fields is `crossroads_openai_chat`'s. Source: OpenRouter OpenAPI, `POST /embeddings`, read
2026-11-24.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS

from crossroads import jsonbody
from crossroads.jsonbody import Kind


class OpenAIEmbeddings(OpenAIFamily):
    """`POST /embeddings`."""

    name = "openai-embeddings"
    operation = "embeddings"
    paths: tuple[str, ...] = ("/embeddings",)
    upstream_path = "/embeddings"
    kinds = {
        **ROUTER_KINDS,
        "dimensions": jsonbody.COUNT,
        "encoding_format": jsonbody.STRING,
        "input": Kind("a string or a non-empty array", opens=b'"[', filled=True),
        "input_type": jsonbody.STRING,
    }
    required: tuple[str, ...] = ("input",)
    shape = Shape("list", "list", items="data", completion_tokens=0)
    streams = False

    @staticmethod
    def validate(text: bytes) -> Any:
        from crossroads.types.base import validate
        from crossroads.types.embeddings import EmbeddingRequest

        return validate(EmbeddingRequest, text)
