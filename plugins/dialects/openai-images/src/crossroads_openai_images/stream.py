"""Streams of images: drafts (`.partial_image`), then each image (`.completed`), with what was used in the last event.

Source: OpenAI API reference, "Images", streaming events; OpenRouter OpenAPI, `ImageStreamingResponse`; read 2026-11-25.
"""

from __future__ import annotations

import msgspec
from crossroads_openai_chat.typed import Kind

from crossroads import jsonbody
from crossroads.dialect import Document, Stamp
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_openai_images.reply import parse_usage, stated_usage

COMPLETED = ("image_generation.completed", "image_edit.completed")


def _used(told: Document, before: Usage | None) -> Usage:
    """Of several images each is counted; tokens are stated for all of them."""
    now = parse_usage(told.get("usage"), 1)
    return now if before is None or not now.images else Usage(images=before.images + now.images)


IMAGES = Kind(COMPLETED, "image", _used)


class Encoder:
    """See `crossroads.dialect.StreamEncoder`. The last image waits for what was used."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._last: Document | None = None

    def encode(self, chunk: Document) -> bytes:
        if chunk.get("type") not in COMPLETED:
            return encode_event(msgspec.json.encode(chunk))
        before, self._last = self._last, chunk
        return b"" if before is None else encode_event(msgspec.json.encode(before))

    def close(self, usage: Usage) -> bytes:
        if self._last is None:
            return b""
        told = {**stated_usage(usage), "cost": self._stamp.price(usage).json()}
        return encode_event(jsonbody.encode({"created_at": self._stamp.created, **self._last, "usage": told}))
