"""A prediction's stream: server-sent events `output`, then `done`; after it, in one `prediction`, what was counted.

The last one is the provider's transport's (`crossroads-replicate`): Replicate states tokens in the finished prediction
alone. Laws: any split of the same bytes gives the same chunks (STREAM-1); complete is `done`, and nothing else
(STREAM-2).
Source: Replicate's documentation, "Streaming output", and pkg:pypi/replicate@1.0.7 (stream.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from crossroads_openai_chat.ending import EndingDecoder
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken

from crossroads.dialect import Document
from crossroads.errors import UpstreamError
from crossroads.jsonbody import MALFORMED
from crossroads.sse import ServerEvent
from crossroads_replicate_chat import chat
from crossroads_replicate_chat.predictions import Json, read_prediction, usage_of


class StreamDecoder(EndingDecoder[Document]):
    """See `crossroads.dialect.StreamDecoder`. Its chunks are what a text of any model adds: `delta`."""

    def pieces(self, data: bytes) -> Iterator[Document]:
        for event in self.frames.feed(data):
            if event.name == "prediction" and self.done:
                yield from self._counted(event)
            elif self.done:
                continue
            elif event.name == "output":
                if event.data:
                    yield self._added(self._text(event))
            elif event.name == "error":
                raise self._failed(self._text(event))
            elif event.name == "done":
                reason = self._reason(event)
                if reason == "error":
                    raise self._failed("the prediction failed")
                self.done, self.finish_reason = True, "stop"
                yield from self._ended(reason)

    def _chunks(self, piece: Document) -> list[Document]:
        return [piece]

    def _added(self, text: str) -> Document:
        return {"delta": text}

    def _ended(self, reason: str) -> list[Document]:
        return []

    def _counted(self, event: ServerEvent) -> list[Document]:
        prediction = read_prediction(event.data)
        self.upstream_id, self.usage = prediction.id, usage_of(prediction.metrics)
        return []

    @staticmethod
    def _text(event: ServerEvent) -> str:
        try:
            return event.data.decode()
        except UnicodeDecodeError:
            raise broken("the provider sent text that is no UTF-8.") from None

    @staticmethod
    def _reason(event: ServerEvent) -> str:
        """Of `{}` or `{"reason": "canceled"}`."""
        try:
            told = msgspec.json.decode(event.data)
        except MALFORMED:
            told = None
        reason = told.get("reason") if isinstance(told, dict) else None
        return reason if isinstance(reason, str) else "succeeded"

    @staticmethod
    def _failed(text: str) -> UpstreamError:
        error = embedded_error(msgspec.json.encode({"message": text}), text)
        error.billing = "maybe"  # tokens may have been made before it
        return error


class ChatDecoder(StreamDecoder):
    """The same as chunks of a chat."""

    def _added(self, text: str) -> Document:
        return self._chunk({"content": text}, None)

    def _ended(self, reason: str) -> list[Document]:
        return [self._chunk({}, reason)]

    def _counted(self, event: ServerEvent) -> list[Document]:
        super()._counted(event)
        if self.usage is None:
            return []
        return [{"object": "chat.completion.chunk", "choices": [], "usage": chat.counts(self.usage)}]

    def _chunk(self, delta: Json, native: str | None) -> Document:
        ended = None if native is None else "stop"
        choice = {"index": 0, "delta": delta, "finish_reason": ended, "native_finish_reason": native}
        return {"id": self.upstream_id, "object": "chat.completion.chunk", "choices": [choice]}
