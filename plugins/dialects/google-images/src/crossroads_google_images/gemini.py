"""`POST /models/{model}:generateContent` of a model that draws: the prompt is a message, the image a part of a reply.

Images to change go before the prompt, as parts. Laws: what was blocked is refused, and says why; usage is tokens, those
of the image apart (MONEY-4).
Source: google-genai 3.4 (types.GenerateContentConfig, ImageConfig, Blob, FinishReason), read 2026-11-25.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_google_gemini import errors
from crossroads_google_gemini.usage import parse_usage
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import DATA_URL, ONLY_OPENAI, VendorImages, one_only, size_of, sources_of

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.wire import Headers
from crossroads_google_images import shapes

HANDLED = (
    "aspect_ratio", "image", "images", "input_references", "mask", "n", "partial_images", "prompt", "resolution",
    "response_format", "size",
)  # fmt: skip
ITSELF = "the image itself comes: it stands at no address"


class GoogleImages(VendorImages):
    """See `crossroads.dialect.Dialect`."""

    name = "google-images"
    upstream_path = "/models/{upstream}:generateContent"
    own = {"contents": jsonbody.ARRAY, "generationConfig": jsonbody.OBJECT}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = {name: value for name, value in own.items() if name not in ("contents", "generationConfig")}
        parts = [part for one in own.get("contents") or () for part in one.get("parts") or () if isinstance(part, dict)]
        fields["prompt"] = "\n".join(part["text"] for part in parts if isinstance(part.get("text"), str))
        blobs = [part["inlineData"] for part in parts if isinstance(part.get("inlineData"), dict)]
        if blobs:
            fields["images"] = [f"data:{blob.get('mimeType')};base64,{blob.get('data')}" for blob in blobs]
        config = dict(own.get("generationConfig") or {})
        config.pop("responseModalities", None)
        shape = dict(config.pop("imageConfig", None) or {})
        for theirs, ours in (("aspectRatio", "aspect_ratio"), ("imageSize", "resolution")):
            if theirs in shape:
                fields[ours] = shape[theirs]
        return {**fields, "model": params["model"]} if "model" in params else fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, (*ONLY_OPENAI, "output_format"))
        one_only(fields)
        if "mask" in fields:
            raise Unsupported("the provider takes no mask.", remedy="Leave it out.", field="mask")
        if fields.get("response_format") == "url":
            lost.append(Lost("response_format", "dropped", ITSELF))
        parts = [{"inlineData": _blob(source)} for source in sources_of(fields)]
        document["contents"] = [{"role": "user", "parts": [*parts, {"text": fields.get("prompt", "")}]}]
        config: Json = {"responseModalities": ["IMAGE"]}
        shape = shape_of(fields, shapes.GEMINI, lost)
        if "resolution" in fields:
            shape["imageSize"] = fields["resolution"]
        if shape:
            config["imageConfig"] = shape
        document["generationConfig"] = config
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        rows = [row for candidate in _objects(told.get("candidates")) for row in _images(candidate)]
        if not rows:
            raise _blocked(told)
        usage = told.get("usageMetadata")
        named = told.get("responseId")
        return Reply(
            document={"data": rows},
            usage=parse_usage(usage if isinstance(usage, dict) else {}),
            upstream_id=named if isinstance(named, str) else None,
        )

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        rows = (reply.document or {}).get("data") or []
        parts = [
            {"inlineData": {"mimeType": row.get("media_type", "image/png"), "data": row["b64_json"]}} for row in rows
        ]
        content = {"role": "model", "parts": parts}
        return jsonbody.encode({"candidates": [{"content": content, "finishReason": "STOP"}], "responseId": stamp.id})

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)


def shape_of(fields: Json, known: tuple[str, ...], lost: list[Lost]) -> Json:
    """`aspectRatio` of what was asked for, as Google names it; {}: nothing was."""
    if (stated_ratio := fields.get("aspect_ratio")) is not None:
        return {"aspectRatio": stated_ratio}
    if (size := size_of(fields)) is None:
        return {}
    lost.append(Lost("size", "emulated", "sent as the nearest shape that the provider makes"))
    return {"aspectRatio": shapes.nearest(*size, known)}


def _blob(source: str | File) -> Json:
    """Raises Unsupported: an address."""
    if isinstance(source, File):
        return {"mimeType": source.content_type, "data": base64.b64encode(source.data).decode()}
    if (inline := DATA_URL.match(source)) is None:
        raise Unsupported("the provider fetches no images.", remedy="Send files, or data URLs.", field="image")
    return {"mimeType": inline[1], "data": source[inline.end() :]}


def _objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _images(candidate: Json) -> list[Json]:
    content = candidate.get("content")
    rows = []
    for part in _objects(content.get("parts") if isinstance(content, dict) else None):
        blob = part.get("inlineData")
        if not part.get("thought") and isinstance(blob, dict) and isinstance(blob.get("data"), str) and blob["data"]:
            rows.append({"b64_json": blob["data"], "media_type": str(blob.get("mimeType") or "image/png")})
    return rows


def _blocked(told: Json) -> Exception:
    """Why there is no image: what Google says of the prompt, or of the answer."""
    feedback = told.get("promptFeedback")
    reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
    ends = [candidate.get("finishReason") for candidate in _objects(told.get("candidates"))]
    reason = reason or next((end for end in ends if end not in (None, "STOP", "MAX_TOKENS")), None)
    if not isinstance(reason, str):
        return broken("the provider's reply has no image.")
    error = {"code": 400, "status": "content_policy_violation", "message": f"No image was made: {reason}."}
    refused = errors.decode_error(400, (), msgspec.json.encode({"error": error}))
    refused.code = "content_policy_violation"
    refused.elsewhere = True
    return refused
