"""The canonical embeddings request, and the document that goes back.

Source: OpenRouter OpenAPI, operation `POST /embeddings`, read 2026-11-24.
"""

from __future__ import annotations

from typing import Any, TypedDict

from crossroads.types.base import Loose, Routed


class EmbeddingContent(Loose):
    """One multimodal input: parts of type text, image_url, input_audio, input_video, input_file."""

    content: list[dict[str, Any]]


class EmbeddingRequest(Routed):
    """input: a text, several, token ids, several lists of them, or multimodal inputs. Order is kept in the reply."""

    input: str | list[str] | list[int] | list[list[int]] | list[EmbeddingContent]
    dimensions: int | None = None
    encoding_format: str | None = None
    input_type: str | None = None


class Embedding(TypedDict, total=False):
    """embedding: floats, or with `encoding_format` "base64" little-endian float32 in base64."""

    object: str
    index: int
    embedding: list[float] | str


class EmbeddingDocument(TypedDict, total=False):
    """`object` is "list". One row per input."""

    id: str
    object: str
    model: str
    provider: str
    data: list[Embedding]
    usage: dict[str, Any]
