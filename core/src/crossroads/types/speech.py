"""The canonical speech request. The reply is sound: `Reply.body` and its media type.

Source: OpenRouter OpenAPI, `POST /audio/speech`, and pkg:pypi/openai@3.54.0 (speech_create_params.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads.types.base import Kept, Number, Routed


class SpeechRequest(Routed, Kept):
    """input: the text to speak. voice: a name, or an object that names a custom voice."""

    input: str
    voice: str | dict[str, Any] | None = None
    instructions: str | None = None
    response_format: str | None = None
    speed: Number | None = None
    stream_format: str | None = None
