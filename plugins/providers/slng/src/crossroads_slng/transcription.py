"""`POST /v1/stt/{model}`: a form with the sound; the reply is a text, or channels of alternatives, as the model has it.

Source: https://docs.slng.ai (OpenAPI document of 2026-07, as kept in https://github.com/api-evangelist/slng:
openapi/_original/slng-stt-slng-openapi.yml), read 2026-11-25.
"""

from __future__ import annotations

import msgspec
from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import whole
from crossroads_openai_speech.formed import FormedTranscription
from crossroads_openai_speech.vendor import rows_of

from crossroads.dialect import Reply


class SlngTranscription(FormedTranscription):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "slng-transcription"
    upstream_path = "/v1/stt"
    file_field = "audio"
    places = {"language": "language"}

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        return super().decode_response(msgspec.json.encode(_flat(told)) if "results" in told else body)


def _flat(told: Json) -> Json:
    """The likeliest reading of each channel, one below the other. Raises BadUpstream."""
    results = told["results"]
    channels = rows_of(results.get("channels") if isinstance(results, dict) else None)
    likeliest = [rows_of(channel.get("alternatives"))[:1] for channel in channels]
    texts = [str(reading.get("transcript") or "") for readings in likeliest for reading in readings]
    spoken = next((channel["detected_language"] for channel in channels if channel.get("detected_language")), None)
    return {"text": "\n".join(text for text in texts if text) if texts else None, "language": spoken}
