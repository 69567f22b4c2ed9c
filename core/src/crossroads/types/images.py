"""The canonical request for images, and the document that goes back.

Source: pkg:pypi/openai@3.54.0 (image_generate_params.py, image_edit_params.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any, TypedDict

from crossroads.types.base import Kept, Routed


class ImageRequest(Routed, Kept):
    """prompt alone: make one; with image: change it; image alone: vary it. input_references: OpenRouter's `images`.

    image, mask: a `crossroads.multipart.File` (image: or several), or what a host takes in JSON. size: as "1024x1024".
    """

    prompt: str | None = None
    image: Any = None
    images: Any = None
    mask: Any = None
    n: int | None = None
    size: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    seed: int | None = None
    input_references: list[Any] | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    moderation: str | None = None
    input_fidelity: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    response_format: str | None = None
    stream: bool | None = None
    partial_images: int | None = None


class Image(TypedDict, total=False):
    """One of b64_json (base64) and url. revised_prompt: what the host made of the caller's."""

    b64_json: str
    url: str
    revised_prompt: str


class ImageDocument(TypedDict, total=False):
    """created: UTC seconds. usage: OpenAI's own words, where a host counts tokens."""

    created: int
    model: str
    provider: str
    data: list[Image]
    usage: dict[str, Any]
