"""Streams: OpenAI's events, with content in chunks. The relay is OpenAI's, unchanged."""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat import stream as openai
from crossroads_openai_chat.reply import Shape

from crossroads.dialect import Document, Stamp
from crossroads_mistral_chat.content import Folding, Unfolding
from crossroads_mistral_chat.reply import folded_choices, unfolded_choices


class StreamDecoder(openai.StreamDecoder):
    """See `crossroads.dialect.StreamDecoder`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._said: dict[int, Unfolding] = {}

    def _plain(self, delta: dict[str, Any]) -> None:
        """Content in chunks is what unfolds here."""

    def feed(self, data: bytes) -> list[Document]:
        return [unfolded_choices(chunk, "delta", self._said) for chunk in super().feed(data)]

    def close(self, *, framed: bool) -> list[Document]:
        return [unfolded_choices(chunk, "delta", self._said) for chunk in super().close(framed=framed)]


class StreamEncoder(openai.StreamEncoder):
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, stamp: Stamp, shape: Shape) -> None:
        super().__init__(stamp, shape)
        self._said: dict[int, Folding] = {}

    def encode(self, chunk: Document) -> bytes:
        return super().encode(folded_choices(chunk, "delta", self._said))
