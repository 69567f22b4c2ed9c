"""The canonical request to transcribe or translate sound.

Source: OpenRouter OpenAPI, `POST /audio/transcriptions`, and pkg:pypi/openai@3.54.0
(transcription_create_params.py, translation_create_params.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads.types.base import Kept, Number, Routed


class TranscriptionRequest(Routed, Kept):
    """file: a `crossroads.multipart.File`. input_audio: the same as base64 in JSON, as OpenRouter takes it."""

    file: Any = None
    input_audio: dict[str, Any] | None = None
    language: str | None = None
    prompt: str | None = None
    response_format: str | None = None
    stream: bool | None = None
    temperature: Number | None = None
    chunking_strategy: str | dict[str, Any] | None = None
    include: list[str] | None = None
    known_speaker_names: list[str] | None = None
    known_speaker_references: list[str] | None = None
    timestamp_granularities: list[str] | None = None
