"""Images by InvokeModel: the bodies of Amazon's models (Nova Canvas, Titan Image), of Stability's, and of its older XL.

Upstream side: `/model/{model}/invoke` is `bedrock-invoke`'s, so clients reach these models by another dialect's path.
Sources: Amazon Nova user guide, "Image generation"; Amazon Bedrock user guide, "Amazon Titan Image Generator",
"Stability AI models"; read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crossroads_bedrock_converse import errors
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    as_base64,
    images_reply,
    mask_of,
    one_only,
    refuse_mask,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.call import Call, Lost
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.wire import Headers

CONFIG = "imageGenerationConfig"
PARAMETERS = {
    "TEXT_IMAGE": "textToImageParams",
    "IMAGE_VARIATION": "imageVariationParams",
    "INPAINTING": "inPaintingParams",
    "OUTPAINTING": "outPaintingParams",
    "COLOR_GUIDED_GENERATION": "colorGuidedGenerationParams",
    "BACKGROUND_REMOVAL": "backgroundRemovalParams",
}
"""Amazon's tasks, and where each says what it wants."""
QUALITIES = {"hd": "premium", "high": "premium", "premium": "premium"}
OF_AMAZON, OF_XL = re.compile(r"\bamazon\.|nova-canvas|titan-image", re.I), re.compile(r"stable-diffusion-xl", re.I)
RATIOS = ("1:1", "16:9", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
"""What Stability's models take."""
DATA = "data:image/png;base64,"


class BedrockImages(VendorImages):
    """See `crossroads.dialect.Dialect` for each method."""

    name = "bedrock-images"
    upstream_path = "/model/{upstream}/invoke"
    own = {
        "prompt": jsonbody.STRING,
        "taskType": jsonbody.STRING,
        CONFIG: jsonbody.OBJECT,
        "text_prompts": jsonbody.ARRAY,
    }

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        """What has no canonical word stays under its own name, for a model of the same body."""
        if "taskType" in own:
            return _from_amazon(own)
        fields = dict(own)
        texts = fields.get("text_prompts")
        if isinstance(texts, list) and texts and isinstance(texts[0], dict):
            fields["prompt"] = texts[0].get("text")
            _sized(fields, fields)
        for name in ("image", "init_image"):
            if isinstance(data := fields.pop(name, None), str):
                fields["image"] = DATA + data
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        amazon = "taskType" in fields or OF_AMAZON.search(upstream)
        if not amazon:
            refuse_mask(fields)
        dropped = [name for name in ONLY_OPENAI if name != "quality" or not amazon]
        document, lost = leftover(fields, HANDLED, dropped)
        if amazon:
            _to_amazon(fields, document)
        else:
            one_only(fields)
            if OF_XL.search(upstream) or "text_prompts" in fields:
                _to_xl(fields, document)
            else:
                _to_stability(fields, document, lost)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        rows = told.get("images")
        if isinstance(artifacts := told.get("artifacts"), list):
            rows = [one.get("base64") for one in artifacts if isinstance(one, dict)]
        made = (
            [{"b64_json": row} for row in rows or () if isinstance(row, str) and row] if isinstance(rows, list) else []
        )
        refused = told.get("error") or next(filter(None, _objections(told)), None)
        if not made and refused is not None:
            raise embedded_error(body, refused)
        return images_reply(made)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        rows = (reply.document or {}).get("data") or []
        return jsonbody.encode({"images": [row.get("b64_json") or row.get("url") for row in rows]})

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)


def _objections(told: Json) -> list[str | None]:
    """Why Stability gave no image; None for each that it gave."""
    reasons = told.get("finish_reasons")
    return [one if isinstance(one, str) else None for one in reasons] if isinstance(reasons, list) else []


def _from_amazon(own: Json) -> Json:
    name = PARAMETERS.get(own["taskType"], "")
    fields, inner, config = dict(own), own.get(name, {}), own.get(CONFIG)
    if not isinstance(inner, dict):
        raise BadRequest("expected an object.", remedy=f"Correct `{name}`.", field=name, value=inner)
    inner, config = dict(inner), dict(config or {})
    for theirs, ours in (("text", "prompt"), ("image", "image"), ("images", "images"), ("maskImage", "mask")):
        if (value := inner.pop(theirs, None)) is not None:
            fields[ours] = value if ours == "prompt" else _inlined(value)
    if (number := config.pop("numberOfImages", None)) is not None:
        fields["n"] = number
    if (quality := config.pop("quality", None)) is not None:
        fields["quality"] = quality
    _sized(config, fields)
    for place, rest in ((name, inner), (CONFIG, config)):
        fields.pop(place, None)
        if rest:
            fields[place] = rest
    return fields


def _inlined(value: Any) -> Any:
    return [DATA + one for one in value if isinstance(one, str)] if isinstance(value, list) else DATA + str(value)


def _sized(holder: Json, fields: Json) -> None:
    """Width and height become `size`, where both are told."""
    if "width" in holder and "height" in holder:
        fields["size"] = f"{holder.pop('width')}x{holder.pop('height')}"


def _to_amazon(fields: Json, document: Json) -> None:
    sources = [as_base64(source) for source in sources_of(fields)]
    drawn = "INPAINTING" if "mask" in fields else "IMAGE_VARIATION"
    task = document.setdefault("taskType", drawn if sources else "TEXT_IMAGE")
    place = PARAMETERS.get(task, PARAMETERS["TEXT_IMAGE"])
    inner: Json = {"text": fields["prompt"]} if "prompt" in fields else {}
    if sources:
        inner |= {"images": sources} if task == "IMAGE_VARIATION" else {"image": sources[0]}
    if (mask := mask_of(fields)) is not None:
        inner["maskImage"] = as_base64(mask)
    config: Json = {} if "n" not in fields else {"numberOfImages": fields["n"]}
    if (size := size_of(fields)) is not None:
        config |= {"width": size[0], "height": size[1]}
    if (quality := document.pop("quality", None)) is not None:
        config["quality"] = QUALITIES.get(quality, "standard")
    for name, made in ((place, inner), (CONFIG, config)):
        if made := {**(document.pop(name, None) or {}), **made}:
            document[name] = made


def _to_xl(fields: Json, document: Json) -> None:
    weighted = document.pop("text_prompts", None) or []
    first = weighted[0].get("text") if weighted and isinstance(weighted[0], dict) else None
    document["text_prompts"] = weighted if first == fields.get("prompt") else [{"text": fields.get("prompt") or ""}]
    if (size := size_of(fields)) is not None:
        document |= {"width": size[0], "height": size[1]}
    if sources := sources_of(fields):
        document["init_image"] = as_base64(sources[0])


def _to_stability(fields: Json, document: Json, lost: list[Lost]) -> None:
    if "prompt" in fields:
        document["prompt"] = fields["prompt"]
    if (size := size_of(fields)) is not None:
        document.setdefault("aspect_ratio", min(RATIOS, key=lambda ratio: _distance(ratio, size)))
        lost.append(Lost("size", "emulated", f"these models take a ratio: {document['aspect_ratio']}"))
    if sources := sources_of(fields):
        document["image"] = as_base64(sources[0])
        document.setdefault("mode", "image-to-image")


def _distance(ratio: str, size: tuple[int, int]) -> float:
    width, height = map(int, ratio.split(":"))
    wanted, given = size[0] / size[1], width / height
    return max(wanted / given, given / wanted)
