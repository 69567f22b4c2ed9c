"""Mistral's speech: OpenAI's request, answered by JSON that holds the sound in base64. Upstream side, never streamed.

Source: Mistral API reference, "Speech", and a recorded exchange, read 2026-11-25.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import Any

from crossroads_openai_chat.reply import broken, whole

from crossroads import jsonbody
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads_openai_speech.speech import OpenAISpeech

SOUND = "audio_data"
SIGNS = {b"ID3": "audio/mpeg", b"\xff": "audio/mpeg", b"RIFF": "audio/wav", b"fLaC": "audio/flac", b"OggS": "audio/ogg"}
"""First bytes of a sound, and its media type: the reply doesn't name it."""
UNKNOWN = "application/octet-stream"


class MistralSpeech(OpenAISpeech):
    """`POST /audio/speech` at Mistral's; clients speak OpenAI's."""

    name = "mistral-speech"
    paths: tuple[str, ...] = ()
    media = False

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        if stream:
            raise Unsupported(
                "Mistral's speech is not read as a stream here.",
                remedy="Leave it out, or let another provider serve the call.",
                field="stream_format",
                value="sse",
            )
        draft = super().encode_request(request, url=url, upstream=upstream, stream=False)
        draft.document.pop("stream_format", None)
        return draft

    def decode_response(self, body: bytes) -> Reply:
        try:
            sound = b64decode(whole(body)[SOUND], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise broken("the provider's reply holds no sound.") from None
        if not sound:
            raise broken("the provider sent no sound.")
        kind = next((kind for sign, kind in SIGNS.items() if sound.startswith(sign)), UNKNOWN)
        return Reply(body=sound, content_type=kind)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return jsonbody.encode({SOUND: b64encode(reply.body).decode()})

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        """Nothing in it is ours to touch."""
        self.decode_response(body)
        return Reply(body=body)
