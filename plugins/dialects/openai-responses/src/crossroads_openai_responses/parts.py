"""Content parts of input messages and tool results, between the Responses format and the canonical form.

Law: decode and encode are inverse where `decode_part` gives a part; None means that only the whole item, as it came,
can be kept. Fields that the tables do not name stay on the part.
Sources: openai 3.57 `response_input_content_param.py`, OpenRouter OpenAPI `InputVideo`, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossroads.call import Lost

Part = dict[str, Any]

CANONICAL_TYPES = frozenset({"text", "image_url", "file", "video_url"})
"""Names that mean something else in the canonical form: as a Responses part they are no part that we know."""

CACHE_TTLS = {"5m": None, "1h": "12h", "30m": "30m", "12h": "12h"}
"""Canonical (Anthropic's) lifetimes -> what OpenAI takes: at least as long. None: its default of 30 minutes."""


def decode_content(content: Any) -> str | list[Part] | None:
    """The canonical content of a message or a tool result; None: it can't be expressed."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [decode_part(part) for part in content]
    return None if any(part is None for part in parts) else [part for part in parts if part is not None]


def decode_part(part: Any) -> Part | None:
    """One part. Of a type that is not named here: as it is, for whoever knows it."""
    if not isinstance(part, dict) or not isinstance(kind := part.get("type"), str) or kind in CANONICAL_TYPES:
        return None
    rest = {name: value for name, value in part.items() if name != "type"}
    if (made := _DECODE.get(kind, _unknown)(kind, rest)) is None:
        return None
    if "prompt_cache_breakpoint" in rest:
        mark = rest.pop("prompt_cache_breakpoint")
        if not isinstance(mark, dict) or mark.get("mode") != "explicit" or set(mark) - {"mode", "ttl"}:
            return None
        rest["cache_control"] = {"type": "ephemeral"} | ({"ttl": mark["ttl"]} if "ttl" in mark else {})
        if mark.get("ttl", "30m") not in ("30m", "12h"):
            return None
    return {**made, **{name: value for name, value in rest.items() if name not in made}}


def _unknown(kind: str, rest: Part) -> Part | None:
    return {"type": kind, **rest}


def _text(kind: str, rest: Part) -> Part | None:
    text = rest.pop("text", None)
    return {"type": "text", "text": text} if isinstance(text, str) and "cache_control" not in rest else None


def _image(kind: str, rest: Part) -> Part | None:
    if not isinstance(rest.get("image_url"), str):
        return {"type": kind, **rest}  # by file_id: the canonical form has no place for it
    inner = {"url": rest.pop("image_url")}
    if isinstance(rest.get("detail"), str):
        inner["detail"] = rest.pop("detail")
    return {"type": "image_url", "image_url": inner} if "cache_control" not in rest else None


def _file(kind: str, rest: Part) -> Part | None:
    inner = {name: rest.pop(name) for name in ("filename", "file_data", "file_id") if isinstance(rest.get(name), str)}
    if "file_url" in rest:
        url = rest.pop("file_url")
        if "file_data" in inner or not isinstance(url, str) or not _is_url(url):
            return None
        inner["file_data"] = url
    elif _is_url(inner.get("file_data", "")):
        return None
    return {"type": "file", "file": inner} if not {"cache_control", "file"} & set(rest) else None


def _audio(kind: str, rest: Part) -> Part | None:
    inner = rest.get("input_audio")
    if not isinstance(inner, dict) or not isinstance(inner.get("data"), str):
        return None
    return {"type": kind, **rest} if isinstance(inner.get("format"), str | None) else None


def _video(kind: str, rest: Part) -> Part | None:
    if not isinstance(rest.get("video_url"), str):
        return None
    return {"type": "video_url", "video_url": {"url": rest.pop("video_url")}}


_DECODE: dict[str, Callable[[str, Part], Part | None]] = {
    "input_text": _text,
    "input_image": _image,
    "input_file": _file,
    "input_audio": _audio,
    "input_video": _video,
    "output_text": lambda kind, rest: None,
    "refusal": lambda kind, rest: None,
}


def encode_content(content: Any, lost: list[Lost]) -> str | list[Part]:
    """The Responses content of a canonical one; None is the empty string."""
    if isinstance(content, list):
        return [encode_part(part, lost) for part in content]
    return content or ""


def encode_part(part: Part, lost: list[Lost]) -> Part:
    """One canonical part."""
    rest = {name: value for name, value in part.items() if name != "type"}
    kind = part["type"]
    if isinstance(cache := rest.pop("cache_control", None), dict):
        ttl = CACHE_TTLS.get(cache.get("ttl") or "5m")
        rest["prompt_cache_breakpoint"] = {"mode": "explicit"} | ({"ttl": ttl} if ttl else {})
        if ttl != cache.get("ttl"):
            lost.append(Lost("cache_control.ttl", "clamped", "OpenAI keeps a prompt for 30 minutes or 12 hours"))
    if kind == "text":
        return {"type": "input_text", **rest}
    if kind == "image_url" and (image := rest.pop("image_url", None)):
        return {"type": "input_image", **_opened_image(image), **rest}
    if kind == "file" and isinstance(file := rest.pop("file", None), dict):
        if _is_url(file.get("file_data") or ""):
            file = {"file_url" if name == "file_data" else name: value for name, value in file.items()}
        return {"type": "input_file", **file, **rest}
    if kind in ("video_url", "input_video") and isinstance(video := rest.pop("video_url", None), dict):
        return {"type": "input_video", "video_url": video.get("url"), **rest}
    return {"type": kind, **rest}


def _opened_image(image: Any) -> Part:
    if isinstance(image, str):
        return {"image_url": image}
    return {"image_url" if name == "url" else name: value for name, value in image.items()}


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))
