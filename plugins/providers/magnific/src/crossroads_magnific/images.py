"""`POST /v1/ai/{tool}`: a task, asked for below the same path until its images are ready at signed addresses.

Tools that draw take a prompt and a shape with a name of its own ("widescreen_16_9"), some pixels; tools that change an
image take it as `image`. Magnific was Freepik's API: its addresses are still at freepik.com.
Sources: https://docs.freepik.com/api-reference/mystic/get-mystic-task,
https://github.com/api-evangelist/freepik (openapi), https://github.com/comfyanonymous/ComfyUI
(comfy_api_nodes/apis/magnific.py, nodes_magnific.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    as_base64,
    from_text_only,
    nearest_shape,
    one_only,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported

TASK = JobWords(
    id="data.task_id",
    status="data.status",
    states={"created": "pending", "in_progress": "in_progress", "completed": "completed", "failed": "failed"},
    made=("data.generated",),
    reasons=("data.error",),
)
SHAPES = {
    "1:1": "square_1_1",
    "4:3": "classic_4_3",
    "3:4": "traditional_3_4",
    "16:9": "widescreen_16_9",
    "9:16": "social_story_9_16",
    "3:2": "standard_3_2",
    "2:3": "portrait_2_3",
    "2:1": "horizontal_2_1",
    "1:2": "vertical_1_2",
    "4:5": "social_post_4_5",
}
PIXELS = ("text-to-image/flux-2",)
"""How the names of tools begin that take width and height."""
BARE_SHAPES = ("text-to-image/nano-banana",)
"""How the names of tools begin that take a shape as it is."""
CHANGES = ("image-", "skin-enhancer/")
"""How the names of tools begin that change an image."""


class MagnificImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "magnific-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    job = TASK
    asked_every_s = 2.0
    gives_itself = True

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        one_only(fields)
        document, lost = leftover(fields, HANDLED, (*ONLY_OPENAI, "output_format"))
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        if upstream.startswith(CHANGES):
            document["image"] = _image(fields)
            if "size" in fields:
                lost.append(Lost("size", "dropped", "what is changed keeps its shape: send the tool's own parameter"))
        else:
            from_text_only(fields, "Send the tool's own parameter, e.g. `reference_images`.")
            lost += _sized(document, size_of(fields), upstream)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"


def _image(fields: Json) -> str:
    """The image to change. Raises Unsupported: there is none, or there are several."""
    sources = sources_of(fields)
    if len(sources) != 1 or "mask" in fields:
        raise Unsupported("the tool changes one image, without a mask.", remedy="Send one `image`.", field="image")
    return as_base64(sources[0])


def _sized(document: Json, size: tuple[int, int] | None, upstream: str) -> list[Lost]:
    """Put the size where the tool takes it; what is told of that."""
    bare, shape = upstream.startswith(BARE_SHAPES), document.get("aspect_ratio")
    if isinstance(shape, str) and not bare:
        document["aspect_ratio"] = SHAPES.get(shape, shape)
    if size is None:
        return []
    if upstream.startswith(PIXELS):
        document["width"], document["height"] = size
        return []
    if shape is None:
        nearest = nearest_shape(*size, SHAPES)
        document["aspect_ratio"] = nearest if bare else SHAPES[nearest]
    return [Lost("size", "emulated", "sent as the nearest shape that the tool makes")]
