"""`POST /generations`: a submission, whose number is asked for until the images are ready at addresses.

Sources: pkg:pypi/leonardo-ai-sdk@7.0.0 (models/operations/creategeneration.py, getgenerationbyid.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import size_of
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.errors import Unsupported

ONE = 1
"""Image, for a caller who names no number; Leonardo would make four."""


class LeonardoImages(AskedImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "leonardo-ai-images"
    upstream_path = "/generations"
    own = {"prompt": jsonbody.STRING}
    gives_itself = False
    places = {"prompt": "prompt", "model": "modelId", "n": "num_images", "width": "width", "height": "height"}
    job = JobWords(
        id=("sdGenerationJob.generationId", "generations_by_pk.id"),
        status="generations_by_pk.status",
        states={"complete": "completed", "failed": "failed"},
        made=("generations_by_pk.generated_images",),
        nameless=True,
    )

    def sized(self, said: Json, lost: list[Lost]) -> None:
        said.setdefault("n", ONE)
        if (size := size_of(said)) is not None:
            said["width"], said["height"] = size

    def draw_from(self, document: Json, sources: list[str]) -> None:
        raise Unsupported(
            "images to start from are uploaded first here.",
            remedy="Send the number of one, as `init_image_id`.",
            field="image",
        )

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"
