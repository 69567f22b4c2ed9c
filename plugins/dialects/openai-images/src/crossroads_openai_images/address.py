"""Where an image is that is to be changed."""

from __future__ import annotations

from typing import Any

from crossroads.errors import Unsupported


def address_of(part: Any) -> str:
    """Where an image is: of a part of a chat, or of an object of OpenAI's. Raises Unsupported."""
    told = part.get("image_url") if isinstance(part, dict) else part
    told = told.get("url") if isinstance(told, dict) else told
    if isinstance(told, str) and told:
        return told
    raise Unsupported("an image has no address.", remedy="Send a file, or `image_url`.", field="image")
