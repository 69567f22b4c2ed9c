"""Kling's images: `POST /v1/images/generations`, a task that is asked for until its images stand at addresses.

Source: https://github.com/Comfy-Org/ComfyUI/blob/a125cd84b054a57729b5eecab930ca9408719832/comfy_api_nodes/apis/__init__.py
(KlingImageGenerationsRequest, KlingImageGenerationsResponse), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import ONLY_OPENAI, as_base64
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.errors import Unsupported
from crossroads.steps import Step
from crossroads_klingai.tasks import TASK, accepted


class KlingImages(AskedImages):
    """See `crossroads.dialect.Dialect`."""

    name = "klingai-images"
    upstream_path = "/v1/images/generations"
    own = {"prompt": jsonbody.STRING}
    places = {"prompt": "prompt", "model": "model_name", "n": "n", "aspect_ratio": "aspect_ratio"}
    job = TASK
    shapes = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
    dropped = (*ONLY_OPENAI, "output_format", "resolution", "seed")

    def draw_from(self, document: Json, sources: list[str]) -> None:
        if len(sources) > 1:
            raise Unsupported("the provider takes one image.", remedy="Send one.", field="image")
        document["image"] = as_base64(sources[0])

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        return super().step(body if body[:1] != b"{" else accepted(body), request, url=url, upstream=upstream)

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"
