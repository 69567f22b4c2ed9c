"""A vendor's videos as a table of words: JSON begins a job, one document tells how it stands and where its video is.

A member states where each canonical field stands in the vendor's body (`places`), how its job reads (`job`) and where
that is asked for (`job_url`); what it has no place for is dropped and told. Values that differ it rewrites in `said`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, error_or, leftover, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_chat.worded import placed, taken
from crossroads_openai_images.vendor import as_url, nearest_shape, only_addresses, size_of

from crossroads.call import Lost
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads_openai_video.vendor import PolledVideo, begun, first_and_last

PLAIN = (
    "aspect_ratio", "callback_url", "creativity", "duration", "generate_audio", "prompt", "resolution", "seed", "size",
    "upscale_factor",
)  # fmt: skip
FRAMES = ("first_frame", "last_frame")
HANDLED = (*PLAIN, "frame_images", "input_reference", "input_references")


class WordedVideo(PolledVideo):
    """An upstream only: no client of it is served."""

    places: Mapping[str, str]
    """Of `PLAIN`, `FRAMES` and `model` those that the body has a place for."""
    shapes: tuple[str, ...] = ()
    """That it makes ("16:9"): `size` is sent as the nearest of them."""
    lines: tuple[str, ...] = ()
    """That it makes ("720p"): `size` says them too."""
    fetches = False
    """Does it take images by their addresses only?"""

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return taken(own, {name: place for name, place in self.places.items() if name not in FRAMES})

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        size = size_of(fields) if self.shapes else None
        placeless = [name for name in PLAIN if name not in self.places and (name != "size" or size is None)]
        document, lost = leftover(fields, HANDLED, placeless)
        said = {**{name: fields[name] for name in PLAIN if name in fields}, **self.framed(fields), "model": upstream}
        if size is not None:
            said.setdefault("aspect_ratio", nearest_shape(*size, self.shapes))
            if (lines := f"{min(size)}p") in self.lines:
                said.setdefault("resolution", lines)
            lost.append(Lost("size", "emulated", "sent as the nearest shape that the provider makes"))
        said = self.said(said, upstream, lost)
        for name, place in self.places.items():
            if said.get(name) is not None:
                placed(document, place, said[name])
        return Draft(document=document, url=self.address(url, said), headers=JSON_HEADERS, lost=lost)

    def framed(self, fields: Json) -> Json:
        """The frames as addresses; of files, data URLs. Raises Unsupported: no place for one."""
        given = dict(zip(FRAMES, first_and_last(fields), strict=True))
        if any(frame is not None and name not in self.places for name, frame in given.items()):
            raise Unsupported("the provider takes no such image.", remedy="Leave it out.", field="frame_images")
        frames = {name: as_url(frame) for name, frame in given.items() if isinstance(frame, File | str)}
        if self.fetches:
            only_addresses(frames.values(), field="frame_images")
        return frames

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        """said: the canonical fields of this call, frames as addresses -> in the vendor's words. Raises Unsupported."""
        return said

    def address(self, url: str, said: Json) -> str:
        """Where it is submitted."""
        return url

    def decode_response(self, body: bytes) -> Reply:
        if (id := self.job.named(whole(body))) is None:
            raise error_or(body, "the provider named no job.")
        return begun(id, self.job.ids)
