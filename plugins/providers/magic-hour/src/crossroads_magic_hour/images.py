"""`POST /v1/ai-image-generator`, or `/v1/ai-image-editor` with images: asked for at `/v1/image-projects/{id}`.

Images go by their addresses. Source: pkg:pypi/magic-hour@0.90.0 (types/params/v1_ai_image_generator_create_body.py,
v1_ai_image_editor_create_body.py, types/models/v1_image_projects_get_response.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads_magic_hour.project import PROJECT

ONE = 1
"""Image, for a caller who names no number: Magic Hour wants one stated."""


class MagicHourImages(AskedImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "magic-hour-images"
    upstream_path = "/v1/ai-image-generator"
    own = {"style": jsonbody.OBJECT}
    places = {"prompt": "style.prompt", "model": "model", "n": "image_count", "aspect_ratio": "aspect_ratio"}
    shapes = ("16:9", "1:1", "9:16")
    fetches = True
    job = PROJECT

    def sized(self, said: Json, lost: list[Lost]) -> None:
        super().sized(said, lost)
        said.setdefault("n", ONE)

    def draw_from(self, document: Json, sources: list[str]) -> None:
        document["assets"] = {"image_file_paths": sources}

    def address(self, url: str, changes: bool) -> str:
        return f"{url.removesuffix('/ai-image-generator')}/ai-image-editor" if changes else url

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.rpartition('/')[0]}/image-projects/{upstream_id}"
