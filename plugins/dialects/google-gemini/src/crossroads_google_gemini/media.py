"""Content parts of people and tools: text, images, audio, video, files, as canonical parts and as Google's.

Law: bytes are carried, never fetched; a URL stays a URL (`fileData`), and what a part has beyond the other side's words
travels in `extra_content.google`, as Google's OpenAI-compatible API names its extensions.
Source: google-genai 3.4, `types.Part`; Gemini API documentation, "File input methods", read 2026-11-25.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from crossroads.errors import Unsupported
from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.shape import Json, Misshapen, a_text, an_object

DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+*-]+)?((?:;[\w.+-]+=[^;,]*)*)(;base64)?,", re.ASCII)
AUDIO_FORMATS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav", "vnd.wave": "wav", "x-m4a": "m4a"}
OPAQUE_PART = "google:part"
"""A part of Google's that no canonical part says; whole under `extra_content.google`."""
KNOWN = frozenset({"text", "inlineData", "fileData"})


def to_google(part: Json, ledger: Ledger) -> Json:
    """A canonical content part -> a part. Raises Unsupported."""
    if part.get("cache_control"):
        ledger.dropped("cache_control", "Gemini caches by itself, or by a name (`cachedContent`)")
    extra = google_extra(part)
    kind = part.get("type")
    if kind == OPAQUE_PART:
        return extra
    if kind == "text":
        return {"text": part["text"], **extra}
    if kind == "image_url":
        image = part["image_url"]
        if isinstance(image, dict) and image.get("detail") not in (None, "auto"):
            ledger.dropped("image_url.detail", "Gemini has one resolution a request (`mediaResolution`)")
        return {**_located(image["url"] if isinstance(image, dict) else image, image, "image_url"), **extra}
    if kind == "input_audio":
        audio = part["input_audio"]
        mime = f"audio/{audio.get('format') or 'wav'}"
        return {"inlineData": {"mimeType": mime, "data": _base64(audio["data"], "input_audio.data")}, **extra}
    if kind in ("video_url", "input_video") and part.get("video_url"):
        return {**_located(part["video_url"]["url"], part["video_url"], "video_url"), **extra}
    if kind == "file":
        return {**_file(part["file"], ledger), **extra}
    raise Unsupported(
        "Gemini has no such content.",
        field="messages.content.type",
        value=kind,
        remedy="Send text, image, audio, video or file.",
    )


def _file(file: Json, ledger: Ledger) -> Json:
    if file.get("filename"):
        ledger.dropped("file.filename", "Gemini takes files without a name")
    source = file.get("file_data") or file.get("file_id")
    if not source:
        raise Unsupported("it names no data.", field="file", remedy="Send file_data, a data URL or a URL.")
    return _located(source, file, "file.file_data")


def _located(url: str, holder: Any, field: str) -> Json:
    """Data URL -> bytes; any other address -> by reference."""
    stated = holder.get("mime_type") if isinstance(holder, dict) else None
    if not url.startswith("data:"):
        mime = stated or guess_mime(url)
        return {"fileData": {**({"mimeType": mime} if mime else {}), "fileUri": url}}
    found = DATA_URL.match(url)
    if found is None:
        raise Unsupported("it is no data URL that can be read.", field=field, remedy="Send data:<type>;base64,<data>.")
    data = url[found.end() :]
    if found[3] is None:
        data = base64.b64encode(unquote_to_bytes(data)).decode()
    return {"inlineData": {"mimeType": found[1] or "text/plain", "data": _base64(data, field)}}


def to_canonical(part: Json) -> Json:
    """A part of a person or a tool -> a canonical content part. Raises Misshapen."""
    extra = {name: value for name, value in part.items() if name not in KNOWN and value is not None}
    if (text := a_text(part, "text")) is not None:
        found: Json = {"type": "text", "text": text}
    elif blob := an_object(part, "inlineData"):
        found = _inline(blob)
    elif file := an_object(part, "fileData"):
        found = _referred(file)
    else:
        return {"type": OPAQUE_PART, "extra_content": {"google": part}}
    return {**found, "extra_content": {"google": extra}} if extra else found


def _inline(blob: Json) -> Json:
    mime, data = a_text(blob, "mimeType") or "application/octet-stream", standard_base64(a_text(blob, "data") or "")
    kind, _, form = mime.partition(";")[0].strip().lower().partition("/")
    if kind == "audio":
        return {"type": "input_audio", "input_audio": {"data": data, "format": AUDIO_FORMATS.get(form, form)}}
    url = f"data:{mime};base64,{data}"
    if kind in ("image", "video"):
        return {"type": f"{kind}_url", f"{kind}_url": {"url": url}}
    name = a_text(blob, "displayName")
    return {"type": "file", "file": {**({"filename": name} if name else {}), "file_data": url}}


def _referred(file: Json) -> Json:
    uri, mime = a_text(file, "fileUri") or "", a_text(file, "mimeType")
    guessed = guess_mime(uri)
    stated = {"mime_type": mime} if mime and mime != guessed else {}
    kind = (mime or guessed or "").partition("/")[0]
    if kind in ("image", "video"):
        return {"type": f"{kind}_url", f"{kind}_url": {"url": uri, **stated}}
    return {"type": "file", "file": {"file_data": uri, **stated}}


def guess_mime(url: str) -> str | None:
    """By the ending of its path, or None."""
    return mimetypes.guess_type(url.partition("?")[0].partition("#")[0])[0]


def standard_base64(data: str) -> str:
    """In the alphabet of RFC 4648, section 4: google-genai writes that of section 5, which data URLs don't take."""
    return data.translate(_STANDARD)


_STANDARD = str.maketrans("-_", "+/")


def google_extra(holder: Json) -> Json:
    """What stands in `extra_content.google`, or {}."""
    extra = holder.get("extra_content")
    inner = extra.get("google") if isinstance(extra, dict) else None
    return inner if isinstance(inner, dict) else {}


def _base64(data: str, field: str) -> str:
    if not is_base64(data):
        raise Unsupported("it is not base64.", field=field, value=f"{len(data)} characters", remedy="Send base64.")
    return standard_base64(data)


def is_base64(data: str) -> bool:
    """In either alphabet."""
    try:
        base64.b64decode(standard_base64(data) + "=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def need_text(holder: Json, name: str) -> str:
    """The string under `name`. Raises Misshapen when there is none."""
    if (found := a_text(holder, name)) is None:
        raise Misshapen(name, "a string", None)
    return found
