"""`POST /models/{model}:generateContent` of a model that speaks: the text is a message, the sound a part of the answer.

The sound is raw samples ("audio/L16;rate=24000"): they go on as they are to who wants `pcm`, and in a WAV file to who
wants that or does not say. How something is said stands in the message itself, before the text.
Source: google-genai 3.4 (types.SpeechConfig, VoiceConfig, PrebuiltVoiceConfig, Blob), read 2026-11-25.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from crossroads_google_gemini import errors
from crossroads_google_gemini.usage import parse_usage
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.stream import SPEECH_PIECE
from crossroads_openai_speech.vendor import VendorSpeech, format_of, text_to_speak, voice_of

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.errors import Unsupported, UpstreamRefused
from crossroads.wire import Headers

__all__ = ["GoogleSpeech"]

FORMATS = {"pcm": "pcm", "wav": "wav"}
HANDLED = ("input", "instructions", "response_format", "stream_format", "voice")
SAMPLES = "audio/L16;rate=24000"


class GoogleSpeech(VendorSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "google-speech"
    upstream_path = "/models/{upstream}:generateContent"
    media = False
    flows = False
    stream_type = "application/json"
    own = {"contents": jsonbody.ARRAY, "generationConfig": jsonbody.OBJECT}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        parts = [part for one in own.get("contents") or () for part in one.get("parts") or () if isinstance(part, dict)]
        config = own.get("generationConfig") or {}
        voice = _inside(config, "speechConfig", "voiceConfig", "prebuiltVoiceConfig", "voiceName")
        fields: Json = {"input": "\n".join(part["text"] for part in parts if isinstance(part.get("text"), str))}
        fields |= {"voice": voice} if isinstance(voice, str) else {}
        rest = {name: value for name, value in own.items() if name not in ("contents", "generationConfig")}
        return {**rest, **fields} | ({"model": params["model"]} if "model" in params else {})

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ("speed",))
        form = format_of(fields, FORMATS, usual="wav")
        if stream and form != "pcm":
            raise Unsupported(
                "in events it speaks raw samples only.",
                remedy='Ask for "pcm", or for no events.',
                field="response_format",
            )
        text = text_to_speak(fields)
        if fields.get("instructions"):
            text = f"{fields['instructions']}\n\n{text}"
            lost.append(Lost("instructions", "emulated", "they stand before the text"))
        voice = voice_of(fields, remedy='Send `voice`, e.g. "Kore".')
        document["contents"] = [{"role": "user", "parts": [{"text": text}]}]
        document["generationConfig"] = {
            "responseModalities": ["AUDIO"],
            "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": voice}}},
        }
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        blobs = [blob for blob in map(_blob, _parts(told)) if blob is not None]
        if not blobs:
            raise broken("the provider's reply has no sound.")
        usage, named = told.get("usageMetadata"), told.get("responseId")
        return Reply(
            body=b"".join(data for _, data in blobs),
            content_type=blobs[0][0],
            usage=parse_usage(usage if isinstance(usage, dict) else {}),
            upstream_id=named if isinstance(named, str) else None,
        )

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        blob = {"mimeType": reply.content_type, "data": base64.b64encode(reply.body).decode()}
        content = {"role": "model", "parts": [{"inlineData": blob}]}
        return jsonbody.encode({"candidates": [{"content": content, "finishReason": "STOP"}], "responseId": stamp.id})

    def decode_stream(self) -> Any:
        from crossroads_openai_chat.foreign import WholeDecoder

        return WholeDecoder(self)

    def chunks(self, reply: Reply) -> list[Document]:
        return [{"type": SPEECH_PIECE, "audio": base64.b64encode(reply.body).decode()}]

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)


def _inside(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _parts(told: Json) -> list[Any]:
    candidates = told.get("candidates")
    first = candidates[0] if isinstance(candidates, list) and candidates else None
    parts = _inside(first, "content", "parts")
    return parts if isinstance(parts, list) else []


def _blob(part: Any) -> tuple[str, bytes] | None:
    """Media type and bytes of a part that is sound."""
    kind, data = _inside(part, "inlineData", "mimeType"), _inside(part, "inlineData", "data")
    if not isinstance(data, str) or not isinstance(kind, str | None):
        return None
    try:
        return kind or SAMPLES, base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise broken("the provider's reply has sound that can't be read.") from None
