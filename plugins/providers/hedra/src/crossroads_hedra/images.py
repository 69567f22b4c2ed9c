"""`POST /v3/models/{model}`: a job, asked for at `/v3/jobs/{id}` until its image stands at a signed address.

Images to change go by the addresses that Hedra's uploads gave. A shape is always stated: where the caller names none, a
square. Most models want a `resolution` in their own words.
Source: pkg:pypi/hedra-sdk@7.0.0 (jobs/raw_client.py, types), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads_hedra.job import JOB, job_url, wrapped


class HedraImages(AskedImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "hedra-images"
    upstream_path = "/models/{upstream}"
    own = {"input": jsonbody.OBJECT}
    places = {"prompt": "input.prompt", "aspect_ratio": "input.aspect_ratio"}
    shapes = ("16:9", "9:16", "4:3", "3:4", "1:1")
    fetches = True
    job = JOB

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        return wrapped(super().encode_request(request, url=url, upstream=upstream, stream=stream))

    def sized(self, said: Json, lost: list[Lost]) -> None:
        super().sized(said, lost)
        said.setdefault("aspect_ratio", "1:1")

    def draw_from(self, document: Json, sources: list[str]) -> None:
        document["images"] = [{"source": "url", "url": source} for source in sources]

    def job_url(self, url: str, upstream_id: str) -> str:
        return job_url(url, upstream_id)
