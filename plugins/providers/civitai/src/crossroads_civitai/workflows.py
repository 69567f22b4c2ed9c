"""A workflow of one step: submitted, asked for by its id, with what it made at signed addresses (blobs).

A model is an engine and the words that choose among its models, here written as a query: "seedream?version=v4.5".
Sources: https://github.com/civitai/civitai-developer-docs (orchestration/guide: getting-started.md,
errors-and-retries.md), pkg:npm/%40civitai/client@0.2.0-beta.86 (Workflow, ImageGenOutput, VideoGenOutput), read
2026-11-25.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from crossroads_openai_chat.asked import Job, job_of
from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import whole

STATES = {
    "unassigned": "pending",
    "preparing": "pending",
    "scheduled": "pending",
    "processing": "in_progress",
    "succeeded": "completed",
    "failed": "failed",
    "expired": "expired",
    "canceled": "cancelled",
}


def workflow(kind: str, upstream: str, words: Json) -> Json:
    """What is submitted. words: of the step's input, beside those that the model's name has."""
    engine, _, chosen = upstream.partition("?")
    return {"steps": [{"$type": kind, "input": {"engine": engine, **dict(parse_qsl(chosen)), **words}}]}


def engine_of(upstream: str) -> str:
    return upstream.partition("?")[0]


def read(body: bytes) -> Job:
    """What an answer tells of a workflow. Raises BadUpstream."""
    told = whole(body)
    steps = [step for step in _rows(told.get("steps")) if isinstance(step, dict)]
    files = [blob.get("url") for step in steps for blob in _blobs(step.get("output"))]
    reasons = [_reason(job) for step in steps for job in _rows(step.get("jobs")) if isinstance(job, dict)]
    return job_of(
        told.get("id"),
        told.get("status"),
        STATES,
        made=[one for one in files if one],  # what is not available, or blocked, has no address
        reason=next((reason for reason in reasons if reason), None),
    )


def _blobs(output: Any) -> list[Json]:
    """What a step made, of any kind."""
    if not isinstance(output, dict):
        return []
    found = [*_rows(output.get("images")), output.get("video"), *_rows(output.get("additionalVideos"))]
    return [one for one in found if isinstance(one, dict)]


def _reason(job: Json) -> Any:
    return job.get("blockedReason") or job.get("reason")


def _rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
