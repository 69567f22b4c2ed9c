"""Images: the canonical request <-> a model's `input`, and a prediction <-> the images that it made.

Models share no schema: the words here are those that most take, by the family where it differs; what is not named goes
into `input` as it came, and a model passes over what it does not know.
Source: pages of replicate.com/{owner}/{model}/versions/.../api: black-forest-labs/flux-kontext-pro and -dev,
openai/gpt-image-1, google/gemini-2.5-flash-image, zeke/sd3-inpainting-with-differential-diffusion, read 2026-11-25.
"""

from __future__ import annotations

import base64
import math
import re
from typing import Any

import msgspec
from crossroads_openai_chat import vendor
from crossroads_openai_chat.reply import shallow
from crossroads_openai_chat.request import ROUTER_ONLY, plain

from crossroads import jsonbody
from crossroads.call import Fields, Lost
from crossroads.dialect import Document, Reply, Stamp
from crossroads.errors import BadRequest
from crossroads.multipart import File
from crossroads.types.usage import Usage
from crossroads_replicate_chat.predictions import HOOKS, NO_HOOKS, Json, made, read_prediction, seconds, texts

NAME = "replicate"
OURS = {"prompt": "prompt", "num_outputs": "n", "output_format": "output_format"}
"""Theirs and ours. The rest of a client's `input` is for Replicate alone."""

SOURCES = {"openai/": "input_images", "google/": "image_input", "black-forest-labs/flux-kontext": "input_image"}
"""Where a family takes the images that it changes; any other in `image`."""
SEVERAL = frozenset({"input_images", "image_input"})
HANDLED = frozenset(
    {"image", "images", "mask", "n", "native", "output_compression", "output_format", "response_format", "size"}
)
BESIDE = ROUTER_ONLY | {"model", "stream", "user", "metadata"}
SIZE = re.compile(r"(\d{2,5})x(\d{2,5})")


def canonical_fields(fields: Fields) -> Json:
    """Of a client of Replicate's. Raises BadRequest."""
    given = plain(fields.get("input"))
    if not isinstance(given, dict):
        raise BadRequest("it is no object.", remedy="Send the model's input.", field="input", value=given)
    rest = dict(given)
    document: Json = {ours: rest.pop(theirs) for theirs, ours in OURS.items() if theirs in rest}
    document |= {name: plain(value) for name, value in fields.items() if name in ROUTER_ONLY | {"model"}}
    if rest:
        document["input"] = rest
    vendor.keep(NAME, document, drops=("input",))
    return document


def model_input(fields: Json, upstream: str) -> tuple[Fields, list[Lost]]:
    """The `input` of a canonical request."""
    fields = vendor.restored(NAME, fields)
    lost: list[Lost] = []
    theirs = {ours: name for name, ours in OURS.items()}
    made_: Json = dict(fields.pop("input", None) or {})
    for name, value in fields.items():
        if name not in HANDLED and name not in BESIDE and value is not None:
            made_[theirs.get(name, name)] = value
    if (count := fields.get("n")) is not None:
        made_["number_of_images" if upstream.startswith("openai/") else "num_outputs"] = count
    if (form := fields.get("output_format")) is not None:
        made_["output_format"] = "jpg" if form == "jpeg" and not upstream.startswith("openai/") else form
    if (quality := fields.get("output_compression")) is not None:
        made_["output_compression" if upstream.startswith("openai/") else "output_quality"] = quality
    if fields.get("response_format") == "b64_json":
        lost.append(Lost("response_format", "dropped", "Replicate answers with addresses"))
    if fields.get("user") is not None:
        lost.append(Lost("user", "dropped", "a model's input has no place for it"))
    _set_size(made_, fields.get("size"), lost)
    _set_sources(made_, fields, upstream)
    return made_, lost


def _set_size(made_: Json, size: Any, lost: list[Lost]) -> None:
    if size is None or size == "auto":
        return
    found = SIZE.fullmatch(str(size))
    if found is None or "0" in found.groups():
        raise BadRequest("it is no size.", remedy="Send e.g. 1024x1024.", field="size", value=size)
    width, height = (int(one) for one in found.groups())
    common = math.gcd(width, height) or 1
    made_ |= {"width": width, "height": height, "aspect_ratio": f"{width // common}:{height // common}"}
    lost.append(Lost("size", "emulated", "as width, height and aspect_ratio: which of them counts is the model's"))


def _set_sources(made_: Json, fields: Json, upstream: str) -> None:
    given = fields.get("images", fields.get("image"))
    sources = [_address(one) for one in (given if isinstance(given, list) else [given]) if one is not None]
    if sources:
        name = next((name for start, name in SOURCES.items() if upstream.startswith(start)), "image")
        made_[name] = sources if name in SEVERAL or len(sources) > 1 else sources[0]
    if fields.get("mask") is not None:
        made_["mask"] = _address(fields["mask"])


def _address(image: Any) -> Any:
    """A file as a data URL; an address, also one in an object of OpenAI's, as it is."""
    if isinstance(image, File):
        return f"data:{image.content_type};base64,{base64.b64encode(image.data).decode()}"
    return image.get("image_url", image) if isinstance(image, dict) else image


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`. Of an unfinished prediction: no images."""
    prediction = read_prediction(body)
    data = [{"url": text} for text in texts(prediction.output)]
    document: Document = {"id": prediction.id, "data": data}
    if (created := seconds(prediction.created_at)) is not None:
        document["created"] = created
    return Reply(document=document, usage=Usage(images=len(data)) if data else None, upstream_id=prediction.id)


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`. Whoever made it, what it cost, and no address that only we may ask."""
    prediction = made(read_prediction(body))
    usage = Usage(images=len(list(texts(prediction.output))))
    metrics = {**(prediction.metrics or {}), "cost": stamp.price(usage).json()}
    document: dict[str, Any] = {**shallow(body), "id": stamp.id, "model": stamp.model, "status": "succeeded"}
    document |= {"urls": {}, "metrics": metrics}
    return Reply(body=jsonbody.encode(document), usage=usage, upstream_id=prediction.id)


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`. For a client of Replicate's: base64 as data URLs."""
    rows = (reply.document or {}).get("data") or []
    output = [row.get("url") or f"data:image/png;base64,{row.get('b64_json') or ''}" for row in rows]
    document: Json = {
        "id": stamp.id,
        "model": stamp.model,
        "version": "",
        "input": {},
        "logs": "",
        "output": output,
        "error": None,
        "status": "succeeded",
        "urls": {},
    }
    if reply.usage is not None:
        document["metrics"] = {"cost": stamp.price(reply.usage).json()}
    return msgspec.json.encode(document)


def without_hooks(fields: Fields) -> list[Lost]:
    return [Lost(name, "dropped", NO_HOOKS) for name in HOOKS if name in fields]
