"""`POST /v1.3/analyze`: a prompt about one video, or about images; the answer comes whole.

Source: pkg:pypi/twelvelabs@1.3.6 (raw_base_client.py: analyze; types/video_context.py, types/analyze_image_input.py,
types/sync_response_format.py, types/non_stream_analyze_response.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import REMEDY, as_prompt
from crossroads_openai_chat.worded import counted_at

from crossroads.errors import Unsupported
from crossroads.types.usage import Usage

IMAGES = frozenset({"image_url"})
VIDEOS = frozenset({"input_video", "video_url"})
DATA = "data:"


class TwelveLabsChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "twelvelabs-chat"
    upstream_path = "/analyze"
    vendor = "TwelveLabs"
    places = {"max_tokens": "max_tokens", "temperature": "temperature"}
    reads = frozenset({"response_format"})
    beside = IMAGES | VIDEOS

    def asked(self, ask: Ask) -> Json:
        document: Json = {"model_name": ask.upstream, "prompt": as_prompt(ask.turns, ask.lost), "stream": False}
        return {**document, **_seen(ask.fields), **_format(ask.fields.get("response_format"))}

    def told(self, document: Json) -> Said | None:
        text, named, reason = (document.get(name) for name in ("data", "id", "finish_reason"))
        if not isinstance(text, str):
            return None
        read, made = counted_at(document, "usage.input_tokens"), counted_at(document, "usage.output_tokens")
        return Said(
            text=text,
            usage=None if read is None or made is None else Usage(input_tokens=read, output_tokens=made),
            id=named if isinstance(named, str) else None,
            reason=reason if isinstance(reason, str) else None,
        )


def _seen(fields: Json) -> Json:
    """The video or the images; that there is neither is the vendor's to refuse. Raises Unsupported."""
    contents = [message.get("content") for message in fields.get("messages") or ()]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    images = [_source(part["image_url"]) for part in parts if part["type"] in IMAGES]
    videos = [_source(part.get("video_url")) for part in parts if part["type"] in VIDEOS]
    if len(videos) > 1 or (videos and images):
        raise Unsupported("TwelveLabs looks at one video, or at images.", remedy="Send those.", field="messages")
    if videos:
        (kind,) = videos[0]
        return {"video": {"type": kind, **videos[0]}}
    named = [{"name": f"image_{at}", **source} for at, source in enumerate(images, 1)]
    return {"image": named} if named else {}


def _source(told: Json | str | None) -> Json:
    """An address, or what is in a data URL. Raises Unsupported."""
    url = told.get("url") if isinstance(told, dict) else told
    if not url:
        raise Unsupported("it has no address.", remedy="Send a URL or a data URL.", field="messages")
    return {"base64_string": url.partition(",")[2]} if url.startswith(DATA) else {"url": url}


def _format(wanted: Json | None) -> Json:
    """Raises Unsupported."""
    kind = (wanted or {}).get("type", "text")
    if kind == "text":
        return {}
    schema = ((wanted or {}).get("json_schema") or {}).get("schema")
    if kind != "json_schema" or not isinstance(schema, dict):
        what = "TwelveLabs promises a schema, and no other format."
        raise Unsupported(what, remedy=REMEDY, field="response_format", value=kind)
    return {"response_format": {"type": kind, "json_schema": schema}}
