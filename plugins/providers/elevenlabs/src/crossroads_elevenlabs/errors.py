"""Errors as ElevenLabs writes them to its clients: `{"detail": {...}}`.

Source: ElevenLabs API reference, "Errors" (https://elevenlabs.io/docs/eleven-api/resources/errors.md), read 2026-11-25.
"""

from __future__ import annotations

import msgspec
from crossroads_openai_chat.errors import envelope

from crossroads.call import Call
from crossroads.errors import CrossroadsError


def encode_error(error: CrossroadsError, call: Call | None) -> bytes:
    """See `Dialect.encode_error`."""
    told = envelope(error, call)
    code = told["metadata"]["error_type"]
    return msgspec.json.encode({"detail": {"type": code, "code": code, "status": code, "message": told["message"]}})
