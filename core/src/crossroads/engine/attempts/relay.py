"""A stream across two dialects: one's decoder, the other's encoder, behaving as one Relay."""

from __future__ import annotations

from crossroads.dialect import Document, StreamDecoder, StreamEncoder
from crossroads.types.usage import Usage


class Translated:
    """Holds its output back until the first token, as every Relay does."""

    def __init__(self, decoder: StreamDecoder, encoder: StreamEncoder) -> None:
        self._decoder, self._encoder = decoder, encoder
        self._held: list[bytes] = []
        self.started = False
        self.seen_tokens = 0

    @property
    def usage(self) -> Usage | None:
        return self._decoder.usage

    @property
    def finish_reason(self) -> str | None:
        return self._decoder.finish_reason

    @property
    def upstream_id(self) -> str | None:
        return self._decoder.upstream_id

    def feed(self, data: bytes) -> bytes:
        return self._encode(self._decoder.feed(data))

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        rest = self._encode(self._decoder.close(framed=framed))
        held = b"".join(self._held)
        return held + rest + self._encoder.close(self.usage or usage)

    def _encode(self, chunks: list[Document]) -> bytes:
        for chunk in chunks:
            if bears_content(chunk):
                self.started = True
                self.seen_tokens += 1
        out = b"".join(map(self._encoder.encode, chunks))
        if not self.started:
            self._held.append(out)
            return b""
        if self._held:
            out = b"".join((*self._held, out))
            self._held.clear()
        return out


def bears_content(chunk: Document) -> bool:
    """More than a role: text, any delta field with something in it, or a finish reason; of media, a piece of it."""
    if chunk.get("delta") or chunk.get("audio") or chunk.get("b64_json"):
        return True
    for choice in chunk.get("choices", ()):
        if choice.get("finish_reason") or choice.get("text"):
            return True
        if any(value for name, value in choice.get("delta", {}).items() if name != "role"):
            return True
    return False
