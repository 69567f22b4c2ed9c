"""What several vendors of videos take otherwise: a size as shape and lines, a recording as the text, addresses only."""

from __future__ import annotations

import math
from collections.abc import Collection

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import size_of

from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported


def shape_and_lines(said: Json, lost: list[Lost]) -> None:
    """`size` as `aspect_ratio` and `resolution`, where these are all that a format has. Raises Unsupported: no size."""
    size = size_of(said)
    if said.pop("size", None) is None or size is None:
        return
    common = math.gcd(*size)
    said.setdefault("aspect_ratio", f"{size[0] // common}:{size[1] // common}")
    said.setdefault("resolution", f"{min(size)}p")
    lost.append(Lost("size", "emulated", "sent as its shape and its lines"))


def recorded(draft: Draft, text: str, recordings: Collection[str]) -> Draft:
    """A recording under one of these names is what is said: beside it these formats take no text."""
    if any(name in draft.document for name in recordings) and draft.document.pop(text, None) is not None:
        draft.lost.append(Lost("prompt", "dropped", "the recording is what is said"))
    return draft


def addressed(said: Json) -> None:
    """Frames by their addresses, where a format takes nothing else. Raises Unsupported: a file, or a data URL."""
    for name in ("first_frame", "last_frame"):
        if str(said.get(name) or "").startswith("data:"):
            what, remedy = "the provider fetches images, and takes no files.", "Send its address."
            raise Unsupported(what, remedy=remedy, field="frame_images")
