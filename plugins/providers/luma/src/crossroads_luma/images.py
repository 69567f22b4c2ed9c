"""Luma's images: `POST /generations/image`. One image to change is `modify_image_ref`, several are `image_ref`.

Source: pkg:pypi/lumaai@1.21.0 (types/generations/image_create_params.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import ONLY_OPENAI
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads_luma.generations import GENERATION, SHAPES, generation_url


class LumaImages(AskedImages):
    """See `crossroads.dialect.Dialect`."""

    name = "luma-images"
    upstream_path = "/generations/image"
    own = {"prompt": jsonbody.STRING}
    places = {"prompt": "prompt", "model": "model", "aspect_ratio": "aspect_ratio", "output_format": "format"}
    job = GENERATION
    shapes = SHAPES
    dropped = (*ONLY_OPENAI, "resolution", "seed")
    fetches = True

    def sized(self, said: Json, lost: list[Lost]) -> None:
        super().sized(said, lost)
        if said.get("output_format") == "jpeg":
            said["output_format"] = "jpg"

    def draw_from(self, document: Json, sources: list[str]) -> None:
        if len(sources) == 1:
            document["modify_image_ref"] = {"url": sources[0]}
        else:
            document["image_ref"] = [{"url": source} for source in sources]

    def job_url(self, url: str, upstream_id: str) -> str:
        return generation_url(url, upstream_id)
