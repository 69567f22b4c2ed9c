"""What vendors' own formats of speech and transcription share, on `crossroads_openai_chat.foreign`.

A reply of speech is the sound; of transcription one JSON document. A client of OpenAI's that asks for a stream gets the
sound as it comes, the transcript in one piece.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from crossroads_openai_chat.errors import decode_error
from crossroads_openai_chat.foreign import Foreign, Json, reworded
from crossroads_openai_chat.reply import broken

from crossroads import jsonbody, multipart
from crossroads.call import Opened
from crossroads.dialect import NO_PARAMS, Document, Reply, Stamp
from crossroads.errors import BadRequest, BadUpstream, StreamCut, Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.types.usage import Usage
from crossroads_openai_speech.stream import SPEECH_PIECE, TEXT_DONE, TEXT_PIECE
from crossroads_openai_speech.usage import SECONDS_MAX

REMEDY = "Retry the call."
MOMENT_MAX = 1000 * SECONDS_MAX
HELD_BYTES_MAX = 65536
"""Of what may be an error instead of sound."""
SHAPES_OF_REPLIES = ("response_format", "timestamp_granularities", "include", "chunking_strategy")
"""What of a transcription request our own encoder does, or what only OpenAI's models know."""
HANDLED = ("file", "input_audio", "language", *SHAPES_OF_REPLIES)
"""What each format has its own way of saying."""
SPEAKERS = ("known_speaker_names", "known_speaker_references")
UNHEARD = (*SPEAKERS, "prompt", "temperature")
"""What few other hosts have a word for."""


class VendorSpeech(Foreign):
    """`input` is what is paid for: its characters."""

    operation = "speech"
    media = True
    flows = True
    stream_type = "application/octet-stream"

    @staticmethod
    def model() -> Any:
        from crossroads.types.speech import SpeechRequest

        return SpeechRequest

    def opened(self, own: Json, params: Mapping[str, str]) -> Opened:
        opened = super().opened(own, params)
        text = own_text(opened)
        opened.usage = Usage(characters=len(text))
        return opened

    def decode_response(self, body: bytes) -> Reply:
        if not body:
            raise BadUpstream("the provider sent no sound.", remedy=REMEDY)
        if (error := told_instead(body)) is not None:
            raise error
        return Reply(body=body, content_type="application/octet-stream")

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return reply.body

    def decode_stream(self) -> Any:
        return SoundDecoder()


class VendorTranscription(Foreign):
    """The request holds the sound as a File, whatever the format makes of it."""

    operation = "transcription"
    forms = True
    file_field = "file"

    @staticmethod
    def model() -> Any:
        from crossroads.types.transcription import TranscriptionRequest

        return TranscriptionRequest

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        kind = params.get("content_type", "")
        if multipart.is_form(kind):
            return self.opened(multipart.open_form(body, kind), params)
        if kind.split(";")[0].strip() not in ("", "application/json"):
            return self.opened({self.file_field: File(data=body, content_type=kind)}, params)
        return super().open(body, params)

    def chunks(self, reply: Reply) -> list[Document]:
        text = (reply.document or {}).get("text", "")
        return [{"type": TEXT_PIECE, "delta": text}, {"type": TEXT_DONE, "text": text}]


def told_instead(body: bytes) -> UpstreamRefused | None:
    """What a reply says that should be sound, and is a JSON object; None: it is none. No format of sound begins so."""
    if not body.lstrip(b" \t\r\n").startswith(b"{"):
        return None
    try:
        told = msgspec.json.decode(body)
    except jsonbody.MALFORMED:
        return None
    return decode_error(502, (), reworded(body)) if isinstance(told, dict) else None


class SoundDecoder:
    """Sound as it comes -> `speech.audio.delta`s. How the bytes were cut says nothing: their sum is what counts.

    What begins as a JSON object does is held, for it may be one that says why there is no sound.
    """

    usage: Usage | None = None
    finish_reason: str | None = None
    upstream_id: str | None = None

    def __init__(self) -> None:
        self._any = False
        self._held = b""

    def feed(self, data: bytes) -> list[Document]:
        if not data:
            return []
        begins = not self._any
        self._any = True
        if self._held or (begins and data.startswith(b"{")):
            self._held += data
            return self._released() if len(self._held) > HELD_BYTES_MAX else []
        return [_piece(data)]

    def close(self, *, framed: bool) -> list[Document]:
        if not (framed and self._any):  # sound has no end of its own
            raise StreamCut("the sound ended where nothing shows that it is whole.", remedy=REMEDY)
        if (error := told_instead(self._held)) is not None:
            raise error
        return self._released() if self._held else []

    def _released(self) -> list[Document]:
        held, self._held = self._held, b""
        return [_piece(held)]


def _piece(data: bytes) -> Document:
    return {"type": SPEECH_PIECE, "audio": base64.b64encode(data).decode()}


def own_text(opened: Opened) -> str:
    """The text to speak. Raises BadRequest."""
    value = opened.fields.get("input")
    text = msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
    if not isinstance(text, str):
        raise BadRequest("it is missing.", remedy="Send the text to speak.", field="text")
    return text


def sound_of(fields: Json) -> File:
    """The sound of a canonical request: its file, or OpenRouter's base64. Raises BadRequest."""
    if isinstance(file := fields.get("file"), File):
        return file
    told = fields.get("input_audio")
    try:
        data = base64.b64decode(told["data"], validate=True)  # type: ignore[index]
        form = str(told.get("format") or "wav")  # type: ignore[union-attr]
    except (TypeError, KeyError, ValueError, AttributeError):
        raise BadRequest(
            "it holds no sound.", remedy="Send `file`, or base64 in `input_audio.data`.", field="input_audio"
        ) from None
    kind = form if form.isascii() and form.isalnum() else "octet-stream"
    return File(data=data, filename=f"sound.{kind}", content_type=f"audio/{kind}")


def text_to_speak(fields: Json) -> str:
    """Raises Unsupported."""
    if isinstance(text := fields.get("input"), str) and text:
        return text
    raise Unsupported("there is no text to speak.", remedy="Send `input`.", field="input")


def voice_of(fields: Json, *, remedy: str) -> str:
    """The voice's name, or the id of a custom one. Raises Unsupported. (Of some it is a part of the address.)"""
    voice = fields.get("voice")
    voice = voice.get("id") if isinstance(voice, dict) else voice
    if isinstance(voice, str) and voice.isprintable() and voice.strip("."):
        return voice
    raise Unsupported("no voice was named, and this provider insists on one.", remedy=remedy, field="voice")


def format_of(fields: Json, known: Mapping[str, Any], *, usual: str) -> Any:
    """The vendor's word for `response_format`. Raises Unsupported."""
    stated = fields.get("response_format", usual)
    if stated in known:
        return known[stated]
    raise Unsupported(
        "the provider makes no sound of this format.",
        remedy=f"Ask for one of {', '.join(known)}, or let other providers serve the call.",
        field="response_format",
        value=stated,
    )


def with_query(url: str, query: Mapping[str, Any]) -> str:
    """The URL with these parameters; lists come several times, booleans and objects as JSON writes them."""
    pairs = [
        (name, msgspec.json.encode(one).decode() if isinstance(one, bool | dict) else str(one))
        for name, value in query.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return url + ("&" if "?" in url else "?") + urlencode(pairs) if pairs else url


def read_query(text: str) -> Json:
    """A query as fields: strings, booleans where it says true or false, lists of what comes several times."""
    fields: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        typed: Any = {"true": True, "false": False}.get(value, value)
        if name in fields:
            held = fields[name]
            fields[name] = [*(held if isinstance(held, list) else [held]), typed]
        else:
            fields[name] = typed
    return fields


def seconds_used(told: Any) -> Usage | None:
    """Seconds of sound, each begun one whole; None: it is no duration."""
    if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told <= SECONDS_MAX:
        return Usage(seconds=math.ceil(told))
    return None


def is_moment(told: Any) -> bool:
    """Is it a time in a sound, in seconds or thousandths?"""
    return type(told) in (int, float) and abs(told) <= MOMENT_MAX


def until(rows: list[Json]) -> Usage | None:
    """How long the sound was at least: where its last word or segment ends, estimated; None: there is none."""
    usage = seconds_used(max((row["end"] for row in rows), default=None))
    return usage and msgspec.structs.replace(usage, quality="estimated")


def in_segments(text: str, rows: Iterable[Json], *, language: Any = None, upstream_id: Any = None) -> Reply:
    """A transcript of rows ({text, start, end, ...} in seconds); those without times are no segments.

    language, upstream_id: as told, used where they are texts.

    Law (MONEY-4): for a vendor that does not say how long the sound was, the end of its last row stands for it,
    estimated.
    """
    document: Document = {"text": text, **({"language": language} if isinstance(language, str) else {})}
    timed_rows = [row for row in rows if all(is_moment(row.get(edge)) for edge in ("start", "end"))]
    if timed_rows:
        document["segments"] = [{"id": at, **row} for at, row in enumerate(timed_rows)]
    return Reply(
        document=document,
        usage=until(timed_rows),
        upstream_id=upstream_id if isinstance(upstream_id, str) else None,
    )


def rows_of(value: Any) -> list[Json]:
    """A list of objects, or nothing at all. Raises BadUpstream."""
    rows = [] if value is None else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise broken("the provider's transcript has rows that can't be read.")
    return rows


def timed(rows: Any, word: str, **names: str) -> list[Json]:
    """Rows with times -> canonical ones. word: where the text stands; names: canonical name -> the vendor's."""
    if not isinstance(rows, list):
        return []
    made: list[Json] = []
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get(word), str):
            raise broken("the provider's transcript has a word that can't be read.")
        one = {canonical: row[own] for canonical, own in names.items() if row.get(own) is not None}
        if all(is_moment(one.get(edge)) for edge in ("start", "end")):
            made.append({"word": row[word], **one})
    return made
