"""`POST /v2/text-to-video` and `/v2/image-to-video`: jobs, each asked for below the address that took it.

An answer does not say which of the two that was: the upstream name does ("image-to-video/ltx-2-3-pro"), so that each
model is offered twice, and a call goes to the offer that fits. A length and a size are always stated.
Sources: https://docs.ltx.video/async-jobs, https://github.com/api-evangelist/lightricks
(openapi/lightricks-asyncvideogeneration-api-openapi.yml, the vendor's own, by its tags), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Json
from crossroads_openai_video.worded import WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.errors import Unsupported

IMAGE = "image-to-video"
SECONDS = 6
"""For a caller who names no length: every model makes it."""
SIDES = {"720p": "1280x720", "1080p": "1920x1080", "1440p": "2560x1440", "4k": "3840x2160"}
USUAL = "1080p"
LANDSCAPE, PORTRAIT = "16:9", "9:16"


class LTXVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "ltx-video"
    upstream_path = "/v2/{upstream}"
    own = {"prompt": jsonbody.STRING}
    places = {
        "prompt": "prompt", "model": "model", "duration": "duration", "size": "resolution", "resolution": "resolution",
        "aspect_ratio": "resolution", "generate_audio": "generate_audio", "first_frame": "image_uri",
        "last_frame": "last_frame_uri",
    }  # fmt: skip
    job = JobWords(
        id="id",
        status="status",
        states={"pending": "pending", "completed": "completed", "failed": "failed"},
        made=("result.video_url",),
        reasons=("error.type", "error.message"),
    )

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        path, _, model = upstream.rpartition("/")
        if (path == IMAGE) != ("first_frame" in said):
            what = "this offer begins with an image." if path == IMAGE else "this offer begins with no image."
            raise Unsupported(what, remedy="Let the other offer of the model serve the call.", field="frame_images")
        return {"duration": SECONDS, **said, "model": model, **_sized(said, lost)}

    def address(self, url: str, said: Json) -> str:
        return url.removesuffix(f"/{said['model']}")

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.rpartition('/')[0]}/{upstream_id}"


def _sized(said: Json, lost: list[Lost]) -> Json:
    """Size, lines and shape as the one word that the format has for them: width and height."""
    gone: Json = {"resolution": None, "aspect_ratio": None}
    if (size := said.get("size")) is not None:
        return {**gone, "size": size}
    lines, shape = str(said.get("resolution") or USUAL), said.get("aspect_ratio")
    if shape not in (None, LANDSCAPE, PORTRAIT):
        what = "the provider makes no video of this shape."
        raise Unsupported(what, remedy=f"Ask for {LANDSCAPE} or {PORTRAIT}.", field="aspect_ratio", value=shape)
    size = SIDES.get(lines.lower(), lines)
    if shape == PORTRAIT:
        size = "x".join(reversed(size.split("x")))
    lost += [Lost(name, "emulated", "sent as width and height") for name in gone if name in said]
    return {**gone, "size": size}
