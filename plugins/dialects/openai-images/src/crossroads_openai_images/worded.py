"""A vendor's images as a table of words: JSON begins a job, which is asked for until its images stand at addresses.

A member states where each canonical field stands in the vendor's body (`places`), how its job reads (`job`) and where
that is asked for (`job_url`). Where the client wants the image itself, it is fetched, without the provider's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.worded import placed, taken

from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    as_url,
    nearest_shape,
    one_only,
    only_addresses,
    refuse_mask,
    size_of,
    sources_of,
)

RENAMED = ("aspect_ratio", "output_format", "resolution", "seed")
"""Sent under their own names where a member names no other place."""


class AskedImages(PolledImages):
    """An upstream only: no client of it is served. See `crossroads.steps.SteppedDialect`."""

    gives_itself = True
    places: Mapping[str, str]
    """Of `prompt`, `model`, `n`, `size` and `RENAMED` those that the body has a place for."""
    shapes: tuple[str, ...] = ()
    """That it makes ("16:9"): `size` is sent as the nearest of them."""
    dropped: tuple[str, ...] = ONLY_OPENAI
    fetches = False
    """Does it take images by their addresses only?"""

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return taken(own, self.places)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        if "n" not in self.places:
            one_only(fields)
        self.suits(request, fields)
        refuse_mask(fields)
        document, lost = leftover(fields, HANDLED, self.dropped)
        said = {**fields, "model": upstream}
        self.sized(said, lost)
        for name, place in self.places.items():
            if name in said:
                document.pop(name, None)
                placed(document, place, said[name])
        if sources := [as_url(source) for source in sources_of(fields)]:
            if self.fetches:
                only_addresses(sources, field="image")
            self.draw_from(document, sources)
        return Draft(document=document, url=self.address(url, bool(sources)), headers=JSON_HEADERS, lost=lost)

    def sized(self, said: Json, lost: list[Lost]) -> None:
        """`size` in the vendor's words. Raises Unsupported."""
        if (size := size_of(said)) is not None and self.shapes and "aspect_ratio" not in said:
            said["aspect_ratio"] = nearest_shape(*size, self.shapes)
            lost.append(Lost("size", "emulated", "sent as the nearest shape that the provider makes"))

    def draw_from(self, document: Json, sources: list[str]) -> None:
        """Hand over the images to change, by their addresses. Raises Unsupported."""
        raise Unsupported("images are drawn from text here.", remedy="Leave them out.", field="image")

    def address(self, url: str, changes: bool) -> str:
        """Where it is submitted. changes: there are images to change."""
        return url
