"""`POST /ai/generate-image`: the prompt and its parameters; the reply is a zip of images.

What the caller does not say is said as that SDK says it. Models from the fourth on take the prompt as a caption too.
Sources: pkg:pypi/novelai-sdk@0.14.1 (_api/client.py, types/api/image.py, _utils/converter.py, types/user/image.py),
read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    from_text_only,
    images_reply,
    only_itself,
    row_with,
    size_of,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply
from crossroads_novelai.archive import unpacked

DROPPED = (*ONLY_OPENAI, "aspect_ratio", "resolution")
FORMATS = ("png", "webp")
SIZE = (832, 1216)
UNSAID: Json = {"n_samples": 1, "sampler": "k_euler_ancestral", "scale": 5.0, "steps": 23}
OLD, NEW = "nai-diffusion-3", "nai-diffusion-5"
"""How the names of models begin that take no caption, and of those whose parameters are the latest."""
HEADERS = ((b"content-type", b"application/json"), (b"accept", b"*/*"))


class NovelAIImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "novelai-images"
    upstream_path = "/ai/generate-image"
    own = {"prompt": jsonbody.STRING}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, (*HANDLED, "output_format"), DROPPED)
        lost += only_itself(fields)
        from_text_only(fields, "Send words alone, or let other providers serve the call.")
        if (size := size_of(fields)) is None and not {"height", "width"} & own.keys():
            size = SIZE
            lost.append(Lost("size", "emulated", "the provider insists on one: sent as 832x1216"))
        parameters: Json = {"params_version": 4 if upstream.startswith(NEW) else 3, **UNSAID, **own}
        parameters |= {"width": size[0], "height": size[1]} if size is not None else {}
        parameters |= {"n_samples": fields["n"]} if "n" in fields else {}
        if (wanted := fields.get("output_format")) in FORMATS:
            parameters["image_format"] = wanted
        elif wanted is not None:
            lost.append(Lost("output_format", "dropped", "the provider makes PNG and WebP"))
        prompt = fields.get("prompt", "")
        if not upstream.startswith(OLD):
            parameters = _captions(prompt, own.get("negative_prompt", "")) | parameters
        document = {"action": "generate", "input": prompt, "model": upstream, "parameters": parameters}
        return Draft(document=document, url=url, headers=HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        return images_reply([row_with(image, kind) for image, kind in unpacked(body)])


def _captions(prompt: str, unwanted: Any) -> Json:
    wanted: Json = {"caption": {"base_caption": prompt, "char_captions": []}, "use_coords": False, "use_order": True}
    spared: Json = {"caption": {"base_caption": unwanted, "char_captions": []}, "legacy_uc": False}
    return {"v4_prompt": wanted, "v4_negative_prompt": spared}
