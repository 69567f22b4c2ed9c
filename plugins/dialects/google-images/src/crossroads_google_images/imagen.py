"""`POST /models/{model}:predict` of Imagen: some images of one prompt, each as base64.

Law (MONEY-4): Imagen counts no tokens, and is billed by the image; what its filters held back is none.
Source: google-genai 3.4 (models.py, _GenerateImagesParameters_to_mldev; types.GenerateImagesConfig), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_google_gemini import errors
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import ONLY_OPENAI, VendorImages, images_reply

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported, UpstreamRefused
from crossroads.wire import Headers
from crossroads_google_images import shapes
from crossroads_google_images.gemini import ITSELF, shape_of

SOURCES = ("image", "images", "input_references", "mask")
HANDLED = ("aspect_ratio", "n", "output_format", "partial_images", "prompt", "resolution", "response_format", "size")
FORMATS = {"png": "image/png", "jpeg": "image/jpeg", "jpg": "image/jpeg"}


class GoogleImagen(VendorImages):
    """See `crossroads.dialect.Dialect`."""

    name = "google-imagen"
    upstream_path = "/models/{upstream}:predict"
    own = {"instances": jsonbody.ARRAY, "parameters": jsonbody.OBJECT}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        rest = dict(own.get("parameters") or {})
        asked = next((one for one in own.get("instances") or () if isinstance(one, dict)), {})
        fields: Json = {"prompt": asked.get("prompt")}
        for theirs, ours in (("sampleCount", "n"), ("aspectRatio", "aspect_ratio"), ("sampleImageSize", "resolution")):
            if theirs in rest:
                fields[ours] = rest.pop(theirs)
        return {**fields, "parameters": rest} | ({"model": params["model"]} if "model" in params else {})

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, (*HANDLED, "parameters"), ONLY_OPENAI)
        if any(name in fields for name in SOURCES):
            raise Unsupported("Imagen changes no images here.", remedy="Send a prompt alone.", field="image")
        if fields.get("response_format") == "url":
            lost.append(Lost("response_format", "dropped", ITSELF))
        more = fields.get("parameters")
        parameters: Json = {**(more if isinstance(more, dict) else {}), **own, **shape_of(fields, shapes.IMAGEN, lost)}
        parameters["sampleCount"] = fields.get("n", 1)
        if "resolution" in fields:
            parameters["sampleImageSize"] = fields["resolution"]
        if (form := fields.get("output_format")) is not None:
            if form not in FORMATS:
                raise Unsupported(
                    "Imagen makes PNG and JPEG.", remedy="Ask for one.", field="output_format", value=form
                )
            parameters["outputOptions"] = {"mimeType": FORMATS[form]}
        document = {"instances": [{"prompt": fields.get("prompt", "")}], "parameters": parameters}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        found = told.get("predictions")
        made = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        rows = [
            {"b64_json": one["bytesBase64Encoded"], "media_type": str(one.get("mimeType") or "image/png")}
            for one in made
            if isinstance(one.get("bytesBase64Encoded"), str) and one["bytesBase64Encoded"]
        ]
        held_back = next((one["raiFilteredReason"] for one in made if one.get("raiFilteredReason")), None)
        if not rows and held_back is not None:
            error = {"code": 400, "message": f"No image was made: {held_back}"}
            refused = errors.decode_error(400, (), msgspec.json.encode({"error": error}))
            refused.code, refused.elsewhere = "content_policy_violation", True
            raise refused
        if not rows:
            raise broken("the provider's reply has no images.")
        return images_reply(rows)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        rows = (reply.document or {}).get("data") or []
        made = [{"bytesBase64Encoded": row["b64_json"], "mimeType": row.get("media_type", "image/png")} for row in rows]
        return jsonbody.encode({"predictions": made})

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)
