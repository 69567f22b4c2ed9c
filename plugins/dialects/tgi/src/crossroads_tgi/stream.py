"""Streams: an event a token; the last one has the whole text and its details. Relayed as they come, decoded, encoded.

Laws: any split of the same bytes gives the same output (STREAM-1); complete is the event with the whole text, and
nothing else (STREAM-2).
Source: huggingface_hub, `inference/_generated/types/text_generation.py` (TextGenerationStreamOutput), and recorded
streams, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.ending import EndingDecoder, EndingReader
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.splicing import Spliced

from crossroads.dialect import Document, Stamp
from crossroads.errors import UpstreamError
from crossroads.jsonbody import MALFORMED
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_tgi import generate
from crossroads_tgi.generate import Details, Json, Token


class Piece(msgspec.Struct):
    token: Token
    generated_text: str | None = None
    details: Details | None = None


_piece = msgspec.json.Decoder(Piece)


class Reader(EndingReader[tuple[bytes, Piece]]):
    """Bytes -> pieces, and what a stream has told so far. Nothing is read after its end."""

    def __init__(self) -> None:
        super().__init__()
        self._seen = 0

    def pieces(self, data: bytes) -> Iterator[tuple[bytes, Piece]]:
        for event in self.frames.feed(data):
            if self.done:
                return
            piece = _read(event.data)
            self._seen += 1
            if piece.generated_text is not None:
                self._end(piece.details)
            yield event.data, piece

    def _end(self, details: Details | None) -> None:
        self.done = True
        self.finish_reason = generate.finish_reason(details)
        if details is not None and generate.count(details.input_length) and generate.count(details.generated_tokens):
            self.usage = Usage(input_tokens=details.input_length or 0, output_tokens=details.generated_tokens or 0)


def _read(data: bytes) -> Piece:
    try:
        if not data.isascii():
            data.decode()
        return _piece.decode(data)
    except MALFORMED:
        error = generate.failed(data) or broken("the provider sent an event that is no token.")
    if isinstance(error, UpstreamError):
        error.billing = "maybe"  # tokens may have been made before it
    raise error


class Source(Reader):
    """See `crossroads_openai_chat.splicing.Source`. Nothing in these events is anybody's identity."""

    def read(self, data: bytes) -> Iterator[Spliced]:
        for raw, piece in self.pieces(data):
            yield Spliced(encode_event(raw), bool(piece.token.text) or piece.generated_text is not None)

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        return b"".join(encode_event(raw) for raw, _ in self.rest())


class StreamDecoder(EndingDecoder[tuple[bytes, Piece]], Reader):
    """See `crossroads.dialect.StreamDecoder`."""

    def _chunks(self, piece: tuple[bytes, Piece]) -> list[Document]:
        return [self._chunk(piece[1])]

    def _chunk(self, piece: Piece) -> Document:
        token, ended = piece.token, piece.generated_text is not None
        choice: Json = {"index": 0, "text": "" if token.special else token.text}
        choice["finish_reason"] = self.finish_reason if ended else None
        choice["native_finish_reason"] = piece.details.finish_reason if ended and piece.details else None
        if token.logprob is not None and not token.special:
            choice["logprobs"] = generate.logprobs([token])
        chunk: Document = {"object": "text_completion", "choices": [choice]}
        if ended and self.usage is not None:
            counts = {"prompt_tokens": self.usage.prompt_tokens, "completion_tokens": self.usage.completion_tokens}
            chunk["usage"] = {**counts, "total_tokens": self.usage.prompt_tokens + self.usage.completion_tokens}
        return chunk


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. A piece of text is a token, of whatever size."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._texts: list[str] = []
        self._end: Document = {}

    def encode(self, chunk: Document) -> bytes:
        """The event of one chunk; none for one that only carries usage or an end."""
        out = []
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            if choice.get("finish_reason"):
                self._end = {name: choice.get(name) for name in ("finish_reason", "native_finish_reason")}
            if choice.get("text"):
                self._texts.append(choice["text"])
                told = (choice.get("logprobs") or {}).get("token_logprobs") or [0]
                out.append(self._event(choice["text"], told[0], None, None))
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """The event with the whole text, why it ended, the counts and the price."""
        text = "".join(self._texts)
        details = generate.details_of(self._end, usage)
        details = {name: details[name] for name in ("finish_reason", "generated_tokens")}
        details |= {"input_length": usage.prompt_tokens, "seed": None, "cost": self._stamp.price(usage).json()}
        return self._event("", 0, text, details)

    def _event(self, text: str, logprob: Any, whole: str | None, details: Json | None) -> bytes:
        token = {"id": 0, "text": text, "logprob": logprob, "special": whole is not None}
        index = len(self._texts) + (whole is not None)
        told = {"index": index, "token": token, "generated_text": whole, "details": details}
        return encode_event(msgspec.json.encode(told))
