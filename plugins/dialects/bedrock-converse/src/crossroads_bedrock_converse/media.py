"""Images, documents, videos and sounds: Bedrock's `format` and bytes <-> data URLs.

Source: Amazon Bedrock API reference, "ImageBlock", "DocumentBlock", "VideoBlock", "AudioBlock", read 2026-11-25.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from crossroads.errors import Unsupported

Json = dict[str, Any]

IMAGES = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
DOCUMENTS = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "txt": "text/plain",
    "md": "text/markdown",
}
VIDEOS = {
    "mkv": "video/x-matroska", "mov": "video/quicktime", "mp4": "video/mp4", "webm": "video/webm",
    "flv": "video/x-flv", "mpeg": "video/mpeg", "mpg": "video/mpg", "wmv": "video/x-ms-wmv", "three_gp": "video/3gpp",
}  # fmt: skip
ALIASES = {"image/jpg": "image/jpeg", "text/plain;charset=utf-8": "text/plain"}
DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w=.-]+)*;base64,", re.I)
NAME = re.compile(r"[^A-Za-z0-9\s\-()\[\]]+")
UNNAMED = "document"


def canonical_media(kind: str, block: Json) -> Json | None:
    """A block of this kind as a canonical part; None where no canonical word says it (an object in S3)."""
    source, form = _object(block.get("source")), block.get("format")
    data = source.get("bytes")
    if not isinstance(data, str) or not isinstance(form, str):
        return _text_document(block) if kind == "document" else None
    if kind == "image" and form in IMAGES:
        return {"type": "image_url", "image_url": {"url": f"data:{IMAGES[form]};base64,{data}"}}
    if kind == "document" and form in DOCUMENTS:
        file = {"filename": f"{block.get('name') or UNNAMED}.{form}"}
        return {"type": "file", "file": {**file, "file_data": f"data:{DOCUMENTS[form]};base64,{data}"}}
    if kind == "video" and form in VIDEOS:
        return {"type": "video_url", "video_url": {"url": f"data:{VIDEOS[form]};base64,{data}"}}
    if kind == "audio":
        return {"type": "input_audio", "input_audio": {"data": data, "format": form}}
    return None


def _text_document(block: Json) -> Json | None:
    source, form = _object(block.get("source")), block.get("format")
    text = source.get("text")
    if isinstance(source.get("content"), list):
        told = (one.get("text") for one in source["content"] if isinstance(one, dict))
        text = "\n".join(one for one in told if isinstance(one, str))
    if not isinstance(text, str):
        return None
    form = form if isinstance(form, str) and form in DOCUMENTS else "txt"
    data = base64.b64encode(text.encode()).decode()
    name = f"{block.get('name') or UNNAMED}.{form}"
    return {"type": "file", "file": {"filename": name, "file_data": f"data:{DOCUMENTS[form]};base64,{data}"}}


def media_block(part: Json, path: str, taken: set[str]) -> Json:
    """A canonical part as a block. taken: names of documents so far, for they must differ. Raises Unsupported."""
    kind = part["type"]
    if kind == "input_audio":
        audio = part["input_audio"]
        return {"audio": {"format": audio.get("format") or "wav", "source": {"bytes": audio["data"]}}}
    if kind == "image_url":
        image = part["image_url"]
        mime, data = _data(image if isinstance(image, str) else image["url"], f"{path}.image_url.url")
        return {"image": {"format": _format(mime, IMAGES, path), "source": {"bytes": data}}}
    if kind in ("video_url", "input_video"):
        mime, data = _data((part.get("video_url") or {}).get("url") or "", f"{path}.video_url.url")
        return {"video": {"format": _format(mime, VIDEOS, path), "source": {"bytes": data}}}
    file = part["file"]
    mime, data = _data(file.get("file_data") or "", f"{path}.file.file_data")
    if mime in IMAGES.values():
        return {"image": {"format": _format(mime, IMAGES, path), "source": {"bytes": data}}}
    stem = str(file.get("filename") or UNNAMED).rpartition(".")
    name = _unlike(NAME.sub("-", stem[0] or stem[2]).strip() or UNNAMED, taken)
    return {"document": {"format": _format(mime, DOCUMENTS, path), "name": name, "source": {"bytes": data}}}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _unlike(name: str, taken: set[str]) -> str:
    wanted, number = name, 1
    while wanted in taken:
        number += 1
        wanted = f"{name} {number}"
    taken.add(wanted)
    return wanted


def _data(url: str, field: str) -> tuple[str, str]:
    found = DATA_URL.match(url)
    if found is None:
        raise cant("Bedrock fetches nothing from an address: it takes the bytes themselves.", field, url[:100])
    data = url[found.end() :]
    try:
        base64.b64decode(data, validate=True)
    except binascii.Error:
        raise cant("the data is not base64.", field, "") from None
    kind = found[1].lower()
    return ALIASES.get(kind, kind), data


def _format(mime: str, known: dict[str, str], path: str) -> str:
    for form, named in known.items():
        if named == mime:
            return form
    raise cant(f"Bedrock reads nothing of type {mime} here.", path, mime)


def cant(what: str, field: str, value: Any) -> Unsupported:
    """What this format has no place for."""
    remedy = "Leave it out, or let a provider with another format serve the call."
    return Unsupported(what, remedy=remedy, field=field, value=value)
