"""Higgsfield's images: `POST /{model}`, a request that is asked for until its images stand at addresses.

Sources: https://docs.higgsfield.ai/docs/models/soul-2/generate.md, pkg:npm/%40higgsfield/client@0.2.6 (helpers.d.ts),
https://github.com/CodingWithShahzaib/ComfyUI-Higgsfield/blob/b2a19717ab43217590c081493a6092e4fb10279d/hf/models.py,
read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads_higgsfield.requests import REQUEST, request_url

DRAW_FROM_TEXT = ("/higgsfield-ai/soul/", "/text-to-image")
"""In addresses of models that would pass over an image in silence."""


class HiggsfieldImages(AskedImages):
    """See `crossroads.dialect.Dialect`."""

    name = "higgsfield-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    places = {"prompt": "prompt", "n": "batch_size", "aspect_ratio": "aspect_ratio"}
    job = REQUEST
    shapes = ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16")
    dropped = ("background", "input_fidelity", "moderation", "output_compression", "output_format", "style")
    fetches = True

    def sized(self, said: Json, lost: list[Lost]) -> None:
        super().sized(said, lost)
        if said.get("n") == 1:  # some models know no number
            del said["n"]

    def draw_from(self, document: Json, sources: list[str]) -> None:
        document["image_urls"] = sources

    def address(self, url: str, changes: bool) -> str:
        if changes and any(word in url for word in DRAW_FROM_TEXT):
            raise Unsupported("the model draws from text.", remedy="Choose another of the provider's.", field="image")
        return url

    def job_url(self, url: str, upstream_id: str) -> str:
        return request_url(url, upstream_id)
