"""The answer of a stream that may be carried on: what was told of it, by whom, and what all of it cost.

Law: one encoder writes it from the first chunk to the last, so that a client sees one stream of its own format.
"""

from __future__ import annotations

import msgspec

from crossroads.dialect import KEEPALIVE, Dialect, Document, Stamp
from crossroads.engine.attempts.insurance import FAILED
from crossroads.engine.attempts.relay import Translated, bears_content
from crossroads.engine.attempts.running import Running
from crossroads.errors import CrossroadsError
from crossroads.route import Attempt
from crossroads.sse import encode_comment
from crossroads.types.usage import Cost, Usage

CHARACTERS_MAX = 1 << 20
"""Of text that is kept to be carried on; a longer answer ends where it breaks."""
QUALITIES = ("exact", "estimated", "uncertain")


class Answer:
    """What a client was told. running: the attempt that tells now."""

    def __init__(self, client: Dialect, stamp: Stamp, running: Running) -> None:
        self.running = running
        self.encoder = client.encode_stream(msgspec.structs.replace(stamp, price=self._price))
        self.ends = False
        """Was something sent that nobody else can go on from?"""
        self._comments = client.keepalive == KEEPALIVE
        self._pieces: list[str] = []
        self._length = 0
        self._before: list[tuple[Usage, Cost]] = []
        self._attempts: list[Attempt] = []
        """Those that broke."""
        self._own: Usage | None = None
        self._broken: tuple[Attempt, CrossroadsError] | None = None
        """The attempt that broke, until the next one has given its first token."""

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def spent_tokens(self) -> int:
        return sum(usage.completion_tokens for usage, _ in self._before)

    def broke(self, attempt: Attempt, error: CrossroadsError) -> None:
        """The attempt that told is over, measured."""
        if attempt.usage is not None and attempt.cost is not None:
            self._before.append((attempt.usage, attempt.cost))
            self._attempts.append(attempt)
            _waive(attempt, None)  # what it gave is part of the answer
        self._broken, self._own = (attempt, error), None

    def failed(self) -> None:
        """Nobody has told it to its end: the caller is not charged for any of it."""
        for attempt in self._attempts:
            _waive(attempt, FAILED)

    def told(self, chunks: list[Document]) -> tuple[bytes, list[Document]]:
        """Chunks of the attempt that tells, as they leave; before them, a comment where somebody else takes over."""
        out, comment = [], b""
        for chunk in chunks:
            if "usage" in chunk:  # it leaves once, as a sum
                if not chunk.get("choices"):
                    continue
                chunk = {name: value for name, value in chunk.items() if name != "usage"}
            if self._broken is not None:
                if not bears_content(chunk):
                    continue  # a role, as every stream begins with
                comment = self._taken_over(chunk, *self._broken)
                self._broken = None
            self._note(chunk)
            out.append(chunk)
        return comment, out

    def total(self, own: Usage) -> Usage:
        """Of all attempts. own: of the one that ends."""
        self._own = own
        usages = [*(usage for usage, _ in self._before), own]
        names = [name for name in Usage.__struct_fields__ if name != "quality"]
        counts = {name: sum(getattr(usage, name) for usage in usages) for name in names}
        return Usage(**counts, quality=max((usage.quality for usage in usages), key=QUALITIES.index))

    def _price(self, usage: Usage) -> Cost:
        costs = [*(cost for _, cost in self._before), self.running.price(self._own or usage)]
        if len(costs) == 1:
            return costs[0]
        return Cost(
            total_nano=_sum([cost.total_nano for cost in costs]),
            prompt_nano=_sum([cost.prompt_nano for cost in costs]),
            completion_nano=_sum([cost.completion_nano for cost in costs]),
        )

    def _taken_over(self, chunk: Document, broken: Attempt, error: CrossroadsError) -> bytes:
        """The first chunk of another attempt: it says so, and does not repeat the white space that was sent.

        The request that it answers ends without it: some formats forbid an answer that begins and ends in a blank.
        """
        endpoint = self.running.attempt.endpoint
        chunk["resumed"] = {
            "after_characters": self._length,
            "from": broken.endpoint.provider_name,
            "provider": endpoint.provider_name,
            "model": endpoint.model,
            "because": error.code,
        }
        text = self.text
        owed = text[len(text.rstrip()) :]
        for choice in chunk.get("choices", ()):
            content = choice.get("delta", {}).get("content")
            if owed and isinstance(content, str) and content.startswith(owed):
                choice["delta"] = {**choice["delta"], "content": content[len(owed) :]}
        name = endpoint.provider_name.encode("ascii", "replace").decode()
        return encode_comment(f"RESUMED BY {name}") if self._comments else b""

    def _note(self, chunk: Document) -> None:
        for choice in chunk.get("choices", ()):
            delta = {name: value for name, value in choice.get("delta", {}).items() if value and name != "role"}
            content = delta.pop("content", "")
            if delta or choice.get("index") or choice.get("finish_reason") or not isinstance(content, str):
                self.ends = True
            else:
                self._pieces.append(content)
                self._length += len(content)
                self.ends = self.ends or self._length > CHARACTERS_MAX


class Chapter(Translated):
    """One attempt's part: decoded by its dialect, encoded where the answer left off."""

    def __init__(self, dialect: Dialect, answer: Answer) -> None:
        super().__init__(dialect.decode_stream(), answer.encoder)
        self.answer = answer

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        rest = self._encode(self._decoder.close(framed=framed))
        return b"".join((*self._held, rest, self._encoder.close(self.answer.total(self.usage or usage))))

    def _encode(self, chunks: list[Document]) -> bytes:
        comment, chunks = self.answer.told(chunks)
        return comment + super()._encode(chunks)


def _waive(attempt: Attempt, why: str | None) -> None:
    attempt.waived = why
    if attempt.cost is not None:
        attempt.cost = msgspec.structs.replace(attempt.cost, waived=why is not None)


def _sum(amounts: list[int | None]) -> int | None:
    """None: one of them is unknown."""
    return None if None in amounts else sum(amount or 0 for amount in amounts)
