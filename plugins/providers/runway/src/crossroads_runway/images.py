"""Runway's images: `POST /v1/text_to_image`, a task that is asked for until its images stand at addresses.

`ratio` is width and height in pixels, and must be named.
Source: pkg:pypi/runwayml@5.24.0 (types/text_to_image_create_params.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import size_of
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads_runway.tasks import TASK, task_url

SQUARE = "1024:1024"
CHOOSES = ("gpt_image", "muse")
"""Beginnings of names of models that choose the size themselves where they are told "auto"."""


class RunwayImages(AskedImages):
    """See `crossroads.dialect.Dialect`."""

    name = "runway-images"
    upstream_path = "/v1/text_to_image"
    own = {"promptText": jsonbody.STRING}
    places = {
        "prompt": "promptText",
        "model": "model",
        "n": "outputCount",
        "output_format": "outputFormat",
        "size": "ratio",
    }
    job = TASK
    dropped = ("aspect_ratio", "input_fidelity", "moderation", "output_compression", "resolution", "style")

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = super().canonical(own, params)
        if isinstance(size := fields.get("size"), str):
            fields["size"] = size.replace(":", "x")
        return fields

    def sized(self, said: Json, lost: list[Lost]) -> None:
        if said.get("n") == 1:  # most models know no number
            del said["n"]
        if (size := size_of(said)) is not None:
            said["size"] = f"{size[0]}:{size[1]}"
        elif "ratio" not in said:
            said["size"] = "auto" if said["model"].startswith(CHOOSES) else SQUARE
            lost.append(Lost("size", "emulated", f"the provider insists on one: sent as {said['size']}"))

    def draw_from(self, document: Json, sources: list[str]) -> None:
        document["referenceImages"] = [{"uri": source} for source in sources]

    def job_url(self, url: str, upstream_id: str) -> str:
        return task_url(url, upstream_id)
