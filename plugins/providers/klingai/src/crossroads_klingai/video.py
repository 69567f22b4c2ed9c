"""Kling's videos: `POST /v1/videos/text2video`, or with frames `/v1/videos/image2video`.

A task is asked for where it was begun, so that the upstream name says which: `text2video/kling-v2-6`.
Source: https://github.com/vercel/ai/blob/ed857f50f112e23930b0c2dd8d532cc8bebbc911/packages/klingai/src/klingai-video-model.ts,
read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import as_base64
from crossroads_openai_video.worded import FRAMES, WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Document, Reply
from crossroads.errors import Unsupported
from crossroads_klingai.tasks import TASK, accepted

FROM_IMAGES = "image2video/"
SOUND = {True: "on", False: "off"}


class KlingVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "klingai-video"
    upstream_path = "/v1/videos/text2video"
    own = {"prompt": jsonbody.STRING}
    places = {
        "prompt": "prompt",
        "model": "model_name",
        "aspect_ratio": "aspect_ratio",
        "duration": "duration",
        "generate_audio": "sound",
        "first_frame": "image",
        "last_frame": "image_tail",
    }
    job = TASK
    shapes = ("16:9", "9:16", "1:1")

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = super().canonical(own, params)
        if isinstance(length := fields.get("duration"), str) and length.isdecimal():
            fields["duration"] = int(length)
        if (sound := fields.get("generate_audio")) in SOUND.values():
            fields["generate_audio"] = sound == SOUND[True]
        return fields

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        frames = {name: as_base64(said[name]) for name in FRAMES if name in said}
        if bool(frames) != upstream.startswith(FROM_IMAGES):
            what, other = ("text alone", "i2v") if frames else ("an image", "t2v")
            remedy = f"Choose the model that ends in -{other}."
            raise Unsupported(f"this model begins with {what}.", remedy=remedy, field="frame_images")
        if frames and said.pop("aspect_ratio", None) is not None:
            lost.append(Lost("aspect_ratio", "dropped", "the image has its own"))
        if "duration" in said:
            said["duration"] = str(said["duration"])
        if "generate_audio" in said:
            said["generate_audio"] = SOUND[said["generate_audio"]]
        return {**said, **frames, "model": upstream.rpartition("/")[2]}

    def address(self, url: str, said: Json) -> str:
        return url.rpartition("/")[0]  # the manifest's ends with the model

    def decode_response(self, body: bytes) -> Reply:
        return super().decode_response(accepted(body))

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{self.address(url, {})}/{upstream_id}"

    def decode_job(self, body: bytes) -> Document:
        return super().decode_job(accepted(body))
