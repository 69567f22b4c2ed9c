"""What vendors' own formats of images share, on `crossroads_openai_chat.foreign`.

One image is one unit (`Usage.images`). A client that asks for `b64_json` gets the image itself, any other what the
vendor gives: mostly an address that expires.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from crossroads_openai_chat.foreign import Foreign, Json
from crossroads_openai_chat.reply import broken

from crossroads import jsonbody, multipart
from crossroads.call import Lost, Opened
from crossroads.dialect import NO_PARAMS, Document, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.types.usage import Usage
from crossroads_openai_images.address import address_of
from crossroads_openai_images.stream import COMPLETED

SIDE_MAX = 16384
"""Of an image, in pixels."""
SIZE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")
DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+);base64,", re.ASCII)
HANDLED = ("image", "images", "input_references", "mask", "n", "partial_images", "prompt", "response_format", "size")
"""What each format has its own way of saying."""
ONLY_OPENAI = ("background", "input_fidelity", "moderation", "output_compression", "quality", "style")
"""What few other hosts have a word for."""
BEGINNINGS = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))
"""How an image begins."""


class VendorImages(Foreign):
    """See `Foreign`."""

    operation = "images"
    forms = True

    @staticmethod
    def model() -> Any:
        from crossroads.types.images import ImageRequest

        return ImageRequest

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        kind = params.get("content_type", "")
        if multipart.is_form(kind):
            return self.opened(multipart.open_form(body, kind), params)
        return super().open(body, params)

    def chunks(self, reply: Reply) -> list[Document]:
        rows = (reply.document or {}).get("data") or []
        if not all("b64_json" in row for row in rows):
            raise broken("the provider gave an address where the image itself was due.")
        return [{"type": COMPLETED[0], **row} for row in rows]

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return jsonbody.encode(reply.document or {})


def images_reply(rows: list[Json], **more: Any) -> Reply:
    """A reply of these rows, each with `url` or `b64_json`. Raises BadUpstream: there are none."""
    if not rows:
        raise broken("the provider's reply has no images.")
    stated = {name: value for name, value in more.items() if value is not None}
    return Reply(document={"data": rows, **stated}, usage=Usage(images=len(rows)))


def rows_in(told: Any) -> list[Json]:
    """A vendor's own images, as objects. Raises BadUpstream: they are none."""
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise broken("the provider's reply has no images.")
    return told


def row_of(address: Any) -> Json:
    """One image by its address; a data URL is the image itself. Raises BadUpstream."""
    if not isinstance(address, str) or not address:
        raise broken("the provider's reply has an image without an address.")
    if (inline := DATA_URL.match(address)) is not None:
        return {"b64_json": address[inline.end() :], "media_type": inline[1]}
    return {"url": address}


def row_with(data: bytes, media_type: str | None = None) -> Json:
    """One image by its bytes."""
    row: Json = {"b64_json": base64.b64encode(data).decode()}
    return row if media_type is None else {**row, "media_type": media_type}


def size_of(fields: Json) -> tuple[int, int] | None:
    """Width and height in pixels; None: it is the provider's to choose. Raises Unsupported."""
    stated = fields.get("size")
    if stated is None or stated == "auto":
        return None
    found = SIZE.fullmatch(stated) if isinstance(stated, str) else None
    if found is None or max(int(found[1]), int(found[2])) > SIDE_MAX:
        raise Unsupported(
            "it is no size in pixels.", remedy='Send e.g. "1024x1024", or leave it out.', field="size", value=stated
        )
    return int(found[1]), int(found[2])


def nearest_shape(width: int, height: int, shapes: Iterable[str]) -> str:
    """Of the shapes that a host makes ("16:9"), by the ratio of ratios."""

    def away(shape: str) -> float:
        across, down = map(int, shape.split(":"))
        return abs(math.log(width / height) - math.log(across / down))

    return min(shapes, key=away)


def wants_itself(request: Any, fields: Json) -> bool:
    """Does the client want the image, and not where it is? A stream has no addresses."""
    return fields.get("response_format") == "b64_json" or getattr(request, "stream", None) is True


def addresses_only(request: Any, fields: Json) -> None:
    """Raises Unsupported: the image itself was asked of a host that gives addresses, and is fetched from nowhere."""
    if wants_itself(request, fields):
        raise Unsupported(
            "the provider gives addresses only.",
            remedy='Ask for "url" and for no stream, or let other providers serve the call.',
            field="response_format",
        )


def from_text_only(fields: Json, remedy: str) -> None:
    """Raises Unsupported: an image to change was handed over. remedy: what the caller does instead."""
    if sources_of(fields) or "mask" in fields:
        raise Unsupported("the provider is handed no image in this way.", remedy=remedy, field="image")


def image_kind(body: bytes) -> str | None:
    """The media type of an image by how it begins; None: it is none of these."""
    return next((kind for begins, kind in BEGINNINGS if body.startswith(begins)), None)


def one_only(fields: Json) -> None:
    """Raises Unsupported: several images were asked of a host that makes one a request."""
    if fields.get("n", 1) != 1:
        raise Unsupported(
            "the provider makes one image a request.", remedy="Ask for one.", field="n", value=fields["n"]
        )


def refuse_mask(fields: Json) -> None:
    """Raises Unsupported: a mask was sent to a format that has no place for one."""
    if "mask" in fields:
        raise Unsupported("the provider takes no mask.", remedy="Leave it out.", field="mask")


def mask_of(fields: Json) -> str | File | None:
    """The mask of what is to be changed, as `sources_of`. Raises Unsupported: there is no image that it is of."""
    mask = fields.get("mask")
    if mask is None:
        return None
    if not sources_of(fields):
        raise Unsupported("a mask needs an image.", remedy="Send both.", field="mask")
    return mask if isinstance(mask, File) else address_of(mask)


def only_itself(fields: Json) -> list[Lost]:
    """What is said where a format gives the image itself alone, and the client asked for an address."""
    if fields.get("response_format") != "url":
        return []
    return [Lost("response_format", "dropped", "the image itself comes: it stands at no address")]


def sources_of(fields: Json) -> list[str | File]:
    """The images to change, in their order: files, and addresses (also data URLs). Raises Unsupported."""
    given: list[Any] = []
    for name in ("image", "images", "input_references"):
        value = fields.get(name)
        given += value if isinstance(value, list) else [] if value is None else [value]
    return [one if isinstance(one, File) else address_of(one) for one in given]


def as_url(source: str | File) -> str:
    """A source as an address: of a file, a data URL."""
    if isinstance(source, str):
        return source
    return f"data:{source.content_type};base64,{base64.b64encode(source.data).decode()}"


def as_file(source: Any, *, field: str) -> Any:
    """What is in a data URL, as a file; anything else as it is. Raises Unsupported: it is no base64."""
    if not isinstance(source, str) or (inline := DATA_URL.match(source)) is None:
        return source
    try:
        data = base64.b64decode(source[inline.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise Unsupported("it is no base64.", remedy="Send a file, or another data URL.", field=field) from None
    return File(data=data, filename="frame", content_type=inline[1])


def only_addresses(sources: Iterable[str], *, field: str) -> None:
    """Raises Unsupported: one is a data URL, and the host fetches images itself."""
    if any(DATA_URL.match(source) for source in sources):
        remedy = "Send its address, or let other providers serve the call."
        raise Unsupported("the provider takes an image by its address.", remedy=remedy, field=field)


def as_base64(source: str | File) -> str:
    """A source as base64, or the address where it is one elsewhere."""
    if isinstance(source, File):
        return base64.b64encode(source.data).decode()
    inline = DATA_URL.match(source)
    return source[inline.end() :] if inline else source
