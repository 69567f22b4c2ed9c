"""The canonical video request, and the job that goes back: submitted once, then polled, then fetched.

Law: a client sees one set of words for the state of a job, whatever the upstream calls it.
Sources: OpenRouter OpenAPI, `POST /videos` and `GET /videos/{jobId}`; OpenAI API reference, "Videos" (`seconds`,
`input_reference`, `queued`); both read 2026-11-25.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from crossroads.types.base import Kept, Loose, Number, Routed

Status = Literal["pending", "in_progress", "completed", "failed", "cancelled", "expired"]
ENDED = frozenset(("completed", "failed", "cancelled", "expired"))
"""After these nothing changes any more."""


class FrameImage(Loose):
    """An `image_url` part that is the first or the last frame."""

    type: str
    image_url: dict[str, Any]
    frame_type: str


class VideoRequest(Routed, Kept):
    """duration: seconds, also where a client of OpenAI's format wrote `seconds`."""

    prompt: str | None = None
    duration: int | None = None
    size: str | None = None
    resolution: str | None = None
    aspect_ratio: str | None = None
    seed: int | None = None
    generate_audio: bool | None = None
    frame_images: list[FrameImage] | None = None
    input_reference: Any = None
    input_references: list[dict[str, Any]] | None = None
    callback_url: str | None = None
    creativity: int | None = None
    upscale_factor: Number | None = None


class VideoJob(TypedDict, total=False):
    """The document of a job. usage: once it is completed; unsigned_urls: where the gateway hands the video out."""

    id: str
    object: str
    status: Status
    polling_url: str
    generation_id: str
    model: str
    created_at: int
    progress: int
    seconds: str
    size: str
    error: str
    unsigned_urls: list[str]
    usage: dict[str, Any]
