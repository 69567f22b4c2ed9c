"""`POST /v1`: a list with one task; the reply is a list of images, each by its address or as base64.

Every task has a UUID of its own, which only the other, asking interfaces need. Width and height must be named.
Sources: https://runware.ai/docs/image-inference/introduction, https://runware.ai/docs/platform/errors.md,
pkg:pypi/runware@0.5.24 (base.py, types.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec
from crossroads_openai_chat.errors import decode_error
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, reworded, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_chat.worded import taken
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    from_text_only,
    images_reply,
    row_of,
    rows_in,
    size_of,
    wants_itself,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply

SIZE = (1024, 1024)
"""For a caller who names none."""


class RunwareImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "runware-images"
    upstream_path = ""
    own = {"positivePrompt": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return taken(own, {"prompt": "positivePrompt", "n": "numberResults"})

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        task, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        from_text_only(fields, "Send the model's own parameter, e.g. `seedImage` or `referenceImages`.")
        if (size := size_of(fields)) is None and not {"height", "width", "resolution"} & task.keys():
            size = SIZE
            lost.append(Lost("size", "emulated", "the provider insists on one: sent as 1024x1024"))
        task |= {"taskType": "imageInference", "taskUUID": str(uuid4()), "model": upstream}
        task |= {"positivePrompt": fields["prompt"]} if "prompt" in fields else {}
        task |= {"width": size[0], "height": size[1]} if size is not None else {}
        task |= {"numberResults": fields["n"]} if "n" in fields else {}
        task["outputType"] = "base64Data" if wants_itself(request, fields) else "URL"
        return Draft(document=task, url=url, headers=JSON_HEADERS, lost=lost, body=msgspec.json.encode([task]))

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("errors"):
            raise decode_error(400, (), reworded(body))
        return images_reply([_row(row) for row in rows_in(told.get("data"))])


def _row(row: Json) -> Json:
    inline = row.get("imageBase64Data")
    return {"b64_json": inline} if isinstance(inline, str) and inline else row_of(row.get("imageURL"))
