"""What a scripted provider answers: scripts as values. `testing.voices` says them in the formats of vendors.

Money is counted here a second time, and on purpose: an engine that is tested against its own sums agrees with itself.
"""

from __future__ import annotations

import json
from typing import Literal, NamedTuple

import msgspec


class Tokens(NamedTuple):
    """Counts as such a provider reports them: cached and written inside prompt, reasoning inside completion."""

    prompt: int = 12
    completion: int = 5
    cached: int = 0
    written: int = 0
    reasoning: int = 0


class Price(NamedTuple):
    """The provider's own price list: nano-dollars per 10^6 tokens, and per 10^6 requests. None: as its parent."""

    input: int = 0
    output: int = 0
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    request: int = 0

    def charge_nano(self, tokens: Tokens) -> int:
        """Nano-dollars, rounded up once."""
        fresh = tokens.prompt - tokens.cached - tokens.written
        visible = tokens.completion - tokens.reasoning
        micro = fresh * self.input + visible * self.output + self.request
        micro += tokens.cached * (self.input if self.cache_read is None else self.cache_read)
        micro += tokens.written * (self.input if self.cache_write is None else self.cache_write)
        micro += tokens.reasoning * (self.output if self.reasoning is None else self.reasoning)
        whole, rest = divmod(micro, 10**6)
        return whole + (rest > 0)

    def manifest(self) -> dict[str, str]:
        """The token prices in the words of `price_usd_per_mtok`."""
        stated = {name: getattr(self, name) for name in self._fields if name != "request"}
        return {name: f"{n // 10**9}.{n % 10**9:09d}" for name, n in stated.items() if n is not None}


class ToolCall(NamedTuple):
    """arguments: JSON text, as a model writes it."""

    name: str
    arguments: str = "{}"
    id: str = "call_1"


class Fault(NamedTuple):
    """The wire breaks `at` this many bytes of the body as sent (chunk sizes counted). -1: before the head.

    kind: close (an orderly end), reset (RST), stall (silence, until the caller leaves or the server ends).
    """

    kind: Literal["close", "reset", "stall"]
    at: int = -1


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One scripted reply. The default is a good one; each field spoils or shapes something else.

    pieces: the text, as a stream cuts it. reports: where usage stands: "last" (a chunk of its own, as OpenAI's),
    "finish" (in the chunk that finishes), "no" (nowhere; it is billed nevertheless). framing: of the body.
    raw: body bytes instead of made ones, one piece a write. latency_s, gap_s: before the head, between the pieces.
    """

    pieces: tuple[str, ...] = ("Hello", " there", ".")
    reasoning: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    tokens: Tokens = Tokens()
    reports: Literal["last", "finish", "no"] = "last"
    done: bool = True
    """Does a stream end with `[DONE]`?"""
    framing: Literal["length", "chunked", "close"] | None = None
    """None: as usual, chunked for a stream and length for the rest."""
    fault: Fault | None = None
    latency_s: float = 0.0
    gap_s: float = 0.0
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = None
    raw: tuple[bytes, ...] | None = None

    @property
    def finish(self) -> str:
        return self.finish_reason or ("tool_calls" if self.tool_calls else "stop")


def refusal(
    status: int, message: str = "scripted", *, code: str | None = None, retry_after: str | None = None
) -> Answer:
    """A complete error answer. `{authorization}` in the message: the caller's own header comes back in it."""
    body = {"error": {"message": message, "type": "scripted_error", "param": None, "code": code}}
    headers = () if retry_after is None else (("retry-after", retry_after),)
    return Answer(status=status, raw=(json.dumps(body).encode(),), headers=headers, reports="no")
