"""Content: Anthropic's blocks <-> canonical parts, one at a time.

Law: what has a canonical word is translated without loss; a block without one passes as a part of its own type, which
only this dialect can send.
Source: `anthropic` 2.12, types/*_block_param.py; canonical parts: `crossroads.types.chat`; read 2026-11-25.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from crossroads.call import Lost
from crossroads.errors import Unsupported

Part = dict[str, Any]
Block = dict[str, Any]

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
PDF, PLAIN = "application/pdf", "text/plain"
UNTITLED = "document.pdf"
"""The name of a document without a title: OpenAI insists on one."""

OWN_BLOCKS = frozenset({"image", "document", "search_result", "container_upload", "tool_reference", "browser_state"})
"""Blocks of a user or a tool that pass as parts, where `part` found no canonical word."""

DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w=.-]+)*;base64,", re.I)
WEB_URL = re.compile(r"https?://", re.I)
CACHE = "cache_control"


def part(block: Block) -> Part:
    """One block of a message as a canonical part."""
    made = None
    match block:
        case {"type": "text", "text": str(text)}:
            made = {"type": "text", "text": text}
        case {"type": "image", "source": dict(source)}:
            made = _image_part(source)
        case {"type": "document", "source": dict(source)}:
            made = _file_part(source, block.get("title"))
        case {"type": "search_result", "content": list(content)}:
            texts = [block.get("title"), block.get("source"), *(one.get("text") for one in content if _is_text(one))]
            made = {"type": "text", "text": "\n".join(text for text in texts if isinstance(text, str))}
        case {"type": "compaction", "content": str(said)} | {"type": "tool_reference", "tool_name": str(said)}:
            made = {"type": "text", "text": said}
    if made is None:
        return block
    if isinstance(block.get(CACHE), dict):
        made[CACHE] = block[CACHE]
    return made


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("text"), str)


def _image_part(source: dict[str, Any]) -> Part | None:
    match source:
        case {"type": "base64", "media_type": str(kind), "data": str(data)}:
            return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}}
        case {"type": "url", "url": str(url)}:
            return {"type": "image_url", "image_url": {"url": url}}
    return None


def _file_part(source: dict[str, Any], title: Any) -> Part | None:
    file: dict[str, Any] = {"filename": title if isinstance(title, str) and title else UNTITLED}
    match source:
        case {"type": "base64", "media_type": str(kind), "data": str(data)}:
            file["file_data"] = f"data:{kind};base64,{data}"
        case {"type": "text", "data": str(text)}:
            file["file_data"] = f"data:{PLAIN};base64,{base64.b64encode(text.encode()).decode()}"
        case {"type": "url", "url": str(url)}:
            file["file_data"] = url
        case {"type": "file", "file_id": str(file_id)}:
            file["file_id"] = file_id
        case _:
            return None
    return {"type": "file", "file": file}


def blocks(content: Any, path: str, lost: list[Lost]) -> list[Block]:
    """Canonical content as blocks. Raises Unsupported.

    Empty texts, and white space where no other text is, are left out: Anthropic refuses them ("text content blocks must
    contain non-whitespace text", github.com/LibreChat-AI/agents/pull/124, read 2026-11-25).
    """
    if content is None:
        return []
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    made = [block(one, f"{path}.{at}", lost) for at, one in enumerate(content)]
    blank = not any(one.get("text", "").strip() for one in made if one.get("type") == "text")
    return [one for one in made if one.get("type") != "text" or (one.get("text") and not blank)]


def block(part: Part, path: str, lost: list[Lost]) -> Block:
    """One canonical part as a block. Raises Unsupported naming where it stands."""
    kind = part.get("type")
    if kind == "text":
        made: Block = {"type": "text", "text": part["text"]}
    elif kind == "image_url":
        made = _image_block(part["image_url"], path, lost)
    elif kind == "file":
        made = _document_block(part["file"], path)
    elif kind == "refusal":
        made = {"type": "text", "text": str(part.get("refusal") or "")}
    elif kind in OWN_BLOCKS:
        return part
    else:
        raise _cant(f"a part of type {kind} has no place in Anthropic's format.", f"{path}.type", kind)
    if part.get(CACHE) is not None:
        made[CACHE] = part[CACHE]
    return made


def _image_block(image: Any, path: str, lost: list[Lost]) -> Block:
    url = image if isinstance(image, str) else image["url"]
    if isinstance(image, dict) and image.get("detail") not in (None, "auto"):
        lost.append(Lost(f"{path}.image_url.detail", "dropped", "Anthropic chooses the resolution"))
    if (found := DATA_URL.match(url)) is None:
        return {"type": "image", "source": {"type": "url", "url": url}}
    kind = found[1].lower().replace("image/jpg", "image/jpeg")
    if kind not in IMAGE_TYPES:
        raise _cant(f"Anthropic takes no image of type {kind}.", f"{path}.image_url.url", kind)
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": url[found.end() :]}}


def _document_block(file: dict[str, Any], path: str) -> Block:
    title, data, file_id = file.get("filename"), file.get("file_data"), file.get("file_id")
    made: Block = {"type": "document", "source": {}}
    if title and title != UNTITLED:
        made["title"] = title
    if data is None and file_id is not None:
        made["source"] = {"type": "file", "file_id": file_id}
    elif data is not None and WEB_URL.match(data):
        made["source"] = {"type": "url", "url": data}
    elif data is not None:
        found = DATA_URL.match(data)
        kind, payload = (found[1].lower(), data[found.end() :]) if found else (PDF, data)
        if kind in IMAGE_TYPES:
            return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": payload}}
        if kind == PDF:
            made["source"] = {"type": "base64", "media_type": kind, "data": payload}
        elif kind.startswith("text/") or kind == "application/json":
            made["source"] = {"type": "text", "media_type": PLAIN, "data": _plain_text(payload, path)}
        else:
            raise _cant(f"Anthropic reads no file of type {kind}.", f"{path}.file.file_data", kind)
    else:
        raise _cant("the file has neither data nor an id.", f"{path}.file", "")
    return made


def _plain_text(payload: str, path: str) -> str:
    try:
        return base64.b64decode(payload, validate=True).decode()
    except (binascii.Error, ValueError):
        raise _cant("the file is no text in UTF-8.", f"{path}.file.file_data", "") from None


def _cant(what: str, field: str, value: Any) -> Unsupported:
    remedy = "Leave it out, or let a provider with another format serve the call."
    return Unsupported(what, remedy=remedy, field=field, value=value)
