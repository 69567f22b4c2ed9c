"""Where a thought signature belonged, written into the `id` of a canonical reasoning detail, so that it can go back.

    {"type": "reasoning.text", "text", "signature"?, "id": "at-12"?}        a thought; at: characters of text before it
    {"type": "reasoning.encrypted", "data", "id": <id of a tool call>}      the signature of that call
    {"type": "reasoning.encrypted", "data", "id": "text-0-12"}              of the text from character 0 to 12
    {"type": "reasoning.encrypted", "data", "id": "image-0"}                of the first image
    {"type": "reasoning.encrypted", "data", "id": "part-12"}                a whole part (code, a search of Google's) as
                                                                            base64 of its JSON, after character 12;
                                                                            its signature follows a "."

Law: a signature is echoed unmodified, on the part that it came with; parts with one are never merged. A detail of
another vendor travels to a Gemini client as a signature that only we can read (`wrap`), and comes back whole.
Source: Gemini API documentation, "Thought signatures", read 2026-11-25.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import msgspec

from crossroads.jsonbody import MALFORMED
from crossroads_google_gemini.media import standard_base64
from crossroads_google_gemini.shape import Json

FORMAT = "google-gemini-v1"
SKIP = base64.b64encode(b"skip_thought_signature_validator").decode()
"""Google's documented stand-in for a call that another model made."""

_PLACE = re.compile(r"(at|text|image|part)-(\d{1,9})(?:-(\d{1,9}))?")
_MARK = b"crossroads-detail:"
_OWN_ID = re.compile(r"call_g[0-9a-f]{24}")


def own_id(*of: object) -> str:
    """A stable id for a call that came without one."""
    return "call_g" + hashlib.sha256(repr(of).encode()).hexdigest()[:24]


def is_own_id(id: object) -> bool:
    """Made by `own_id`? Such an id is not shown to Google or its clients: they never had it."""
    return isinstance(id, str) and _OWN_ID.fullmatch(id) is not None


def place(detail: Json) -> tuple[str, int, int] | None:
    """(kind, start, end) of an `id` as in the table above, or None."""
    found = _PLACE.fullmatch(detail["id"]) if isinstance(detail.get("id"), str) else None
    if found is None:
        return None
    start = int(found[2])
    return found[1], start, max(start, int(found[3] or start))


def encrypted(data: str, id: str) -> Json:
    return {"type": "reasoning.encrypted", "data": data, "id": id, "format": FORMAT}


def packed(part: Json) -> str:
    """A part as the `data` of a detail. Its signature is readable there, not encoded once more."""
    signature = part.get("thoughtSignature")
    if not isinstance(signature, str):
        return base64.b64encode(msgspec.json.encode(part)).decode()
    unsigned = {name: value for name, value in part.items() if name != "thoughtSignature"}
    return f"{base64.b64encode(msgspec.json.encode(unsigned)).decode()}.{signature}"


def unpacked(data: Any) -> Json | None:
    """The part behind `packed`, or None."""
    text, signed, signature = data.partition(".") if isinstance(data, str) else (data, "", "")
    part = _read(text, b"")
    return part if part is None or not signed else {**part, "thoughtSignature": signature}


def wrap(detail: Json) -> str:
    """A detail of another vendor, without the text that a thought part shows, as a signature."""
    kept = {name: value for name, value in detail.items() if name not in ("text", "summary", "index")}
    return base64.b64encode(_MARK + msgspec.json.encode(kept)).decode()


def unwrap(signature: str) -> Json | None:
    """The detail behind `wrap`; None for a signature of Google's."""
    return _read(signature, _MARK)


def _read(data: Any, mark: bytes) -> Json | None:
    try:
        text = base64.b64decode(standard_base64(data), validate=True)
        found = msgspec.json.decode(text[len(mark) :]) if text.startswith(mark) else None
    except (*MALFORMED, TypeError, AttributeError):
        return None
    return found if isinstance(found, dict) else None
