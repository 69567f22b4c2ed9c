"""`POST /ent/v2/text2video`, or with images `img2video`, `start-end2video`, `reference2video`: jobs, all asked for at
`/ent/v2/tasks/{id}/creations`.

Sources: https://platform.vidu.com/docs/get-generation, https://github.com/QuantumNous/new-api
(relay/channel/task/vidu/adaptor.go), commit 0830dc7b0603b3f343b621b73305fbf915f11aeb,
https://docs.powertokens.ai/en/zmodelVideo/vidu/viduq3-turbo-text-to-video, read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import as_url, sources_of
from crossroads_openai_video.vendor import shaped_by_frame
from crossroads_openai_video.worded import FRAMES, WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.errors import Unsupported

VERBS = ("text2video", "img2video", "start-end2video")
"""By the number of frames."""
REFERENCES = "reference2video"


class ViduVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "vidu-video"
    upstream_path = "/ent/v2/text2video"
    own = {"prompt": jsonbody.STRING}
    places = {
        "prompt": "prompt", "model": "model", "aspect_ratio": "aspect_ratio", "resolution": "resolution",
        "duration": "duration", "seed": "seed", "generate_audio": "audio", "first_frame": "images",
        "last_frame": "images", "images": "images",
    }  # fmt: skip
    shapes = ("16:9", "9:16", "3:4", "4:3", "1:1")
    lines = ("360p", "540p", "720p", "1080p")
    job = JobWords(
        id=("task_id", "id"),
        status="state",
        states={"created": "pending", "queueing": "pending", "success": "completed", "failed": "failed"},
        made=("creations",),
        reasons=("err_code",),
        nameless=True,
    )

    def framed(self, fields: Json) -> Json:
        if not fields.get("input_references"):
            return super().framed(fields)
        if fields.get("frame_images") or fields.get("input_reference") is not None:
            raise Unsupported("it takes frames or references.", remedy="Send one kind of them.", field="frame_images")
        return {"references": [as_url(one) for one in sources_of({"images": fields["input_references"]})]}

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        if "last_frame" in said and "first_frame" not in said:
            raise Unsupported("a last frame wants a first.", remedy="Send both, or the first.", field="frame_images")
        frames = [said.pop(name) for name in FRAMES if name in said] if shaped_by_frame(said, lost) else []
        return {**said, "images": frames or said.get("references")}

    def address(self, url: str, said: Json) -> str:
        verb = REFERENCES if "references" in said else VERBS[len(said["images"] or ())]
        return f"{url.rpartition('/')[0]}/{verb}"

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.rpartition('/')[0]}/tasks/{upstream_id}/creations"
