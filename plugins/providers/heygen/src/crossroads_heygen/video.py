"""`POST /v3/videos`: an avatar, or an image, says the prompt; `POST /v3/video-agents` makes a whole video of it.

`avatar_id`, `voice_id`, `audio_url` and whatever else is HeyGen's own go out as they came. All are asked for at
`/v3/videos/{id}`, and stand at a signed address.
Source: https://github.com/heygen-com/heygen-cli (gen/video.go, gen/video-agent.go: request and response schemas),
commit 7699a8ee00a4decafb9bef93c80950217e4cba6e, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Json, stated
from crossroads_openai_images.vendor import DATA_URL
from crossroads_openai_video.vendor import recorded
from crossroads_openai_video.worded import WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported

AGENT, CINEMATIC = "video-agent", "cinematic_avatar"
KINDS: dict[str, Json] = {AGENT: {"model": None}, CINEMATIC: {"model": None, "type": CINEMATIC}}
"""Models that take a prompt, and what they send besides; all others are engines and take a script to be spoken."""
DROPPED: Mapping[str, tuple[str, ...]] = {AGENT: ("aspect_ratio", "duration", "resolution"), CINEMATIC: ()}
RECORDINGS = ("audio_url", "audio_asset_id")


class HeygenVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "heygen-video"
    upstream_path = "/v3/videos"
    own = {"script": jsonbody.STRING}
    places = {
        "prompt": "script", "model": "engine.type", "type": "type", "aspect_ratio": "aspect_ratio",
        "resolution": "resolution", "duration": "duration", "first_frame": "image",
    }  # fmt: skip
    shapes = ("16:9", "9:16", "4:5", "5:4", "1:1")
    lines = ("720p", "1080p")
    job = JobWords(
        id=("data.video_id", "data.id"),
        status="data.status",
        states={"pending": "pending", "waiting": "pending", "completed": "completed", "failed": "failed"},
        made=("data.video_url",),
        reasons=("data.failure_code", "data.failure_message"),
    )

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        if upstream in KINDS:
            draft.document |= {"prompt": draft.document.pop("script", "")}
            return draft
        if (kind := stated(request).get("type")) is not None:  # its own word goes before ours, e.g. `studio`
            draft.document |= {"type": kind}
            if kind != "avatar":
                draft.document.pop("engine", None)
        return recorded(draft, "script", RECORDINGS)

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        for name in DROPPED.get(upstream, ("duration",)):
            if said.pop(name, None) is not None:
                lost.append(Lost(name, "dropped", "the model has no such parameter"))
        if (frame := said.pop("first_frame", None)) is None:
            return {**said, **KINDS.get(upstream, {"type": "avatar"})}
        if upstream in KINDS:
            raise Unsupported("the model begins with no image.", remedy="Leave it out.", field="frame_images")
        return {**said, "type": "image", "first_frame": _asset(frame), "model": None}

    def address(self, url: str, said: Json) -> str:
        return url if "type" in said else f"{url.removesuffix('/videos')}/video-agents"

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"


def _asset(address: str) -> Json:
    """An image by its address, or with what is in it."""
    if (inline := DATA_URL.match(address)) is None:
        return {"type": "url", "url": address}
    return {"type": "base64", "media_type": inline[1], "data": address[inline.end() :]}
