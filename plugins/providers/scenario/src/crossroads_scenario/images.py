"""`POST /generate/custom/{model}`: a job, asked for until it has made assets, whose addresses are then asked for.

But for the prompt and the shape its models share no words: what a caller names beside them goes to the model as it is.
Sources: pkg:pypi/scenario-sdk@2.4.0 (resources/generate.py, jobs.py, assets/assets.py, types), https://docs.scenario.com
("Image Model Generation"), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.asked import Job, job_of
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import HANDLED, ONLY_OPENAI, from_text_only, image_kind, one_only

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.steps import Step

VERB = "/generate/custom/"
ASSETS_MAX = 200
"""Of one question for their addresses."""
STATES = {
    "pending": "pending",
    "queued": "pending",
    "warming-up": "pending",
    "in-progress": "in_progress",
    "finalizing": "in_progress",
    "success": "completed",
    "failure": "failed",
    "canceled": "cancelled",
}


class ScenarioImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "scenario-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    asked_every_s = 2.0
    gives_itself = True

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        one_only(fields)
        from_text_only(fields, "Send the model's own parameter, with the image's asset.")
        if "size" in fields:
            lost.append(Lost("size", "dropped", "its word differs by model: send `aspect_ratio`, or the model's own"))
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        if "aspect_ratio" in document:
            document["aspectRatio"] = document.pop("aspect_ratio")
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def read(self, body: bytes) -> Job:
        told = whole(body)
        if "assets" in told:
            assets = told["assets"]
            if not isinstance(assets, list) or not all(isinstance(one, dict) for one in assets):
                raise broken("the provider's reply has no images.")
            return job_of(None, "success", STATES, made=[one.get("url") for one in assets])
        job, about = _job(told)
        return job_of(job.get("jobId"), job.get("status"), STATES, reason=about.get("error"))

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.partition(VERB)[0]}/jobs/{upstream_id}"

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        if image_kind(body) is None and (made := _assets(whole(body))):
            asked = msgspec.json.encode({"assetIds": made})
            return Step(url=f"{url.partition(VERB)[0]}/assets/get-bulk", body=asked, headers=JSON_HEADERS)
        return super().step(body, request, url=url, upstream=upstream)


def _job(told: Json) -> tuple[Json, Json]:
    """A job, and what there is about it."""
    job = told.get("job")
    job = job if isinstance(job, dict) else {}
    about = job.get("metadata")
    return job, about if isinstance(about, dict) else {}


def _assets(told: Json) -> list[Any]:
    """What a job that has succeeded made, by name. Raises BadUpstream: more than can be asked for."""
    job, about = _job(told)
    made = about.get("assetIds") if job.get("status") == "success" else None
    if not isinstance(made, list) or not made:
        return []
    if len(made) > ASSETS_MAX or not all(isinstance(one, str) for one in made):
        raise broken("the provider's job made what can't be asked for.")
    return made
