"""`POST /openapi/v2/video/text/generate`, or `.../img/generate` with a first frame, which is uploaded first.

A job is a number, asked for at `/openapi/v2/video/result/{id}`. A shape, a length and a quality are always stated:
where the caller names none, those of the vendor's own client. An error comes with status 200 and an `ErrCode`.
Sources: https://docs.platform.pixverse.ai (text-to-video-generation-13016634e0, upload-image-13016631e0,
get-video-generation-status-13016632e0), https://github.com/PixVerseAI/PixVerse-MCP (src/client, src/models), commit
943b1148e33d20b24ec5bd3dfaf48ac24c3f1693, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.errors import decode_error
from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import whole
from crossroads_openai_video.uploaded import UploadingVideo
from crossroads_openai_video.vendor import shaped_by_frame

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Document, Reply
from crossroads.multipart import File
from crossroads.steps import Step

TEXT, IMAGE = "/video/text/generate", "/video/img/generate"
USUAL: Json = {"aspect_ratio": "16:9", "duration": 5, "resolution": "540p"}
CREDENTIAL = range(10001, 10006)
"""Error codes of the key."""
ENDS = {"6": "it was deleted", "7": "the content was refused", "8": "the generation failed"}
"""States that are numbers, and say no more."""


class PixverseVideo(UploadingVideo):
    """See `crossroads.dialect.Dialect`, `crossroads.jobs.JobDialect` and `crossroads.steps.SteppedDialect`."""

    name = "pixverse-video"
    upstream_path = f"/openapi/v2{TEXT}"
    own = {"prompt": jsonbody.STRING}
    places = {
        "prompt": "prompt", "model": "model", "aspect_ratio": "aspect_ratio", "duration": "duration",
        "resolution": "quality", "seed": "seed", "generate_audio": "generate_audio_switch",
        "first_frame": "img_id",
    }  # fmt: skip
    shapes = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
    lines = ("360p", "540p", "720p", "1080p")
    job = JobWords(
        id=("Resp.video_id", "Resp.id"),
        status="Resp.status",
        states={"1": "completed", "2": "pending", "6": "cancelled", "7": "failed", "8": "failed"},
        made=("Resp.url",),
        numbered=True,
    )
    handle = "Resp.img_id"

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        shape = {"aspect_ratio": None} if shaped_by_frame(said, lost) else {}
        return {**USUAL, **said, **shape}

    def address(self, url: str, said: Json) -> str:
        return url.removesuffix(TEXT) + IMAGE if "first_frame" in said else url

    def parcel(self, first: Any) -> Json | None:
        if first is None:
            return None
        return {"image": first} if isinstance(first, File) else {"image_url": first}

    def upload_url(self, url: str) -> str:
        return f"{url.removesuffix(TEXT)}/image/upload"

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        return super().step(checked(body), request, url=url, upstream=upstream)

    def decode_response(self, body: bytes) -> Reply:
        return super().decode_response(checked(body))

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.removesuffix(TEXT)}/video/result/{upstream_id}"

    def decode_job(self, body: bytes) -> Document:
        job = super().decode_job(checked(body))
        if "error" in job:
            job["error"] = ENDS[str(whole(body)["Resp"]["status"])]
        return job


def checked(body: bytes) -> bytes:
    """Raises UpstreamRefused: an error with status 200."""
    told = whole(body)
    if type(code := told.get("ErrCode")) is int and code != 0:
        status = 401 if code in CREDENTIAL else 400 if str(code).startswith("400") else 502
        error = {"message": str(told.get("ErrMsg") or "no reason was given"), "code": str(code)}
        raise decode_error(status, (), msgspec.json.encode({"error": error}))
    return body
