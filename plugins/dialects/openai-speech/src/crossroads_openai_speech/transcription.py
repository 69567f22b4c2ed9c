"""Sound to text: `POST /audio/transcriptions` and `/audio/translations`. Requests are forms, or OpenRouter's JSON.

A form stays a form: its texts are read as the fields of JSON are, its file is passed on as it came.
Source: OpenAI API reference, "Create transcription" and "Create translation"; OpenRouter OpenAPI, `POST
/audio/transcriptions`; read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat import reply as common
from crossroads_openai_chat.forms import decoded
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS, open_fields
from crossroads_openai_chat.typed import Decoder, Relay

from crossroads import jsonbody, multipart
from crossroads.call import Fields, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, BadUpstream
from crossroads.jsonbody import MALFORMED
from crossroads.multipart import File
from crossroads_openai_speech import transcript
from crossroads_openai_speech.stream import TRANSCRIPT, TranscriptEncoder
from crossroads_openai_speech.usage import heard_seconds, read_usage, told_seconds

LISTS = frozenset({"include", "known_speaker_names", "known_speaker_references", "timestamp_granularities"})


class OpenAITranscription(OpenAIFamily):
    """A reply is JSON, or text and subtitles with the media type they came with."""

    name = "openai-transcription"
    operation = "transcription"
    paths: tuple[str, ...] = ("/audio/transcriptions",)
    upstream_path = "/audio/transcriptions"
    kinds = {
        **ROUTER_KINDS,
        "language": jsonbody.STRING,
        "prompt": jsonbody.STRING,
        "response_format": jsonbody.STRING,
        "temperature": jsonbody.NUMBER,
    }
    required: tuple[str, ...] = ("file", "input_audio")
    shape = Shape("audio.transcription", "audio.transcription.chunk")
    forms = True
    media = True

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        kind = params.get("content_type", "")
        fields = self._form(multipart.open_form(body, kind)) if multipart.is_form(kind) else None
        if fields is None:
            fields = jsonbody.open_document(body)
        if not any(name in fields for name in self.required):
            raise BadRequest("it is missing.", remedy="Send the sound as `file`.", field="file")
        opened = open_fields({name: raw for name, raw in fields.items() if isinstance(raw, msgspec.Raw)}, self.kinds)
        opened.fields = fields
        opened.stream = opened.stream and self.streams
        if isinstance(sound := fields.get("file"), File):
            opened.usage = heard_seconds(sound.data)
        return opened

    def _form(self, form: Fields) -> Fields:
        """Its texts as JSON: what a name says is a list or a number is one, everything else a string."""
        fields: Fields = {}
        for name, value in form.items():
            if isinstance(value, File):
                fields[name] = value
            elif isinstance(value, list):
                if not all(isinstance(one, str) for one in value):
                    raise BadRequest("it holds a file.", remedy="Send it as text.", field=name)
                fields[name] = msgspec.Raw(msgspec.json.encode(value))
            elif name in LISTS:
                fields[name] = msgspec.Raw(msgspec.json.encode([value]))
            else:
                kind = self.kinds.get(name, jsonbody.STRING)
                text = value.encode() if kind is not jsonbody.STRING else msgspec.json.encode(value)
                fields[name] = msgspec.Raw(text.strip() or b"null")
        if not isinstance(form.get("file"), File):
            raise BadRequest("it is no file.", remedy="Send the sound as a part with a file name.", field="file")
        return fields

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate_document
        from crossroads.types.transcription import TranscriptionRequest

        return validate_document(TranscriptionRequest, decoded(opened.fields))

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = {name: getattr(request, name) for name in request.model_fields_set}
        return self._draft({**(request.model_extra or {}), **fields}, url, upstream, stream)

    def _draft(self, fields: Mapping[str, Any], url: str, upstream: str, stream: bool) -> Draft:
        draft = super()._draft(fields, url, upstream, stream)
        draft.document.pop("stream_options", None)  # the family's: here the last event always tells
        draft.form = isinstance(fields.get("file"), File)
        if draft.form:
            accept = b"text/event-stream" if stream and self.streams else b"*/*"
            draft.headers = ((b"accept", accept),)
        return draft

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        reply = self.decode_response(body)
        if reply.document is not None and reply.usage is not None:
            reply.body = msgspec.json.encode(reply.document | transcript.priced(reply, stamp))
        return reply

    def decode_response(self, body: bytes) -> Reply:
        try:
            document = msgspec.json.decode(body)
        except MALFORMED:
            document = None
        if not isinstance(document, dict):  # text, srt, vtt: also one that happens to read as JSON ("42")
            if not body:
                raise BadUpstream("the provider sent no transcript.", remedy="Retry the call.")
            usage = told_seconds(body.decode("utf-8", "replace"))
            return Reply(body=body, content_type="text/plain; charset=utf-8", usage=usage)
        if "text" not in document:
            common.raise_error(common.shallow(body), body, "text")
            raise common.broken("the provider's reply has no text.")
        usage = read_usage(document.get("usage"), document.get("duration"))
        return Reply(body=body, document=document, usage=usage)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return reply.body if reply.document is None else transcript.encode(reply, stamp)

    def relay_stream(self, stamp: Stamp) -> Any:
        return Relay(TRANSCRIPT, stamp)

    def decode_stream(self) -> Any:
        return Decoder(TRANSCRIPT)

    def encode_stream(self, stamp: Stamp) -> Any:
        return TranscriptEncoder(stamp)


class OpenAITranslation(OpenAITranscription):
    """Into English; never streamed. Its replies name no usage but the duration, in `verbose_json`."""

    name = "openai-translation"
    operation = "translation"
    paths: tuple[str, ...] = ("/audio/translations",)
    upstream_path = "/audio/translations"
    streams = False
