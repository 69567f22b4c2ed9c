"""What a scripted provider answers: scripts as values, and their bytes on the wire.

The wire format is OpenAI's (chat, completions, embeddings), written down here a second time and on purpose: a dialect
that is tested against its own encoder agrees with itself. Money is counted here a second time as well.
Source: OpenAI API reference, "Chat completions", "Streaming events", read 2026-11-24.
"""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple

import msgspec

CREATED = 1_795_564_800
UPSTREAM_ID = "chatcmpl-scripted"


class Tokens(NamedTuple):
    """Counts as such a provider reports them: cached and written inside prompt, reasoning inside completion."""

    prompt: int = 12
    completion: int = 5
    cached: int = 0
    written: int = 0
    reasoning: int = 0

    def document(self) -> dict[str, Any]:
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached, "cache_write_tokens": self.written},
            "completion_tokens_details": {"reasoning_tokens": self.reasoning},
        }


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


def wire(
    answer: Answer, operation: str, asked: dict[str, Any], *, authorization: str = ""
) -> tuple[bytes, list[bytes]]:
    """An answer as bytes: the head, and the pieces of the body as they are written, framing included."""
    stream = asked.get("stream") is True and operation != "embeddings"
    if answer.raw is not None:
        pieces = [piece.replace(b"{authorization}", authorization.encode()) for piece in answer.raw]
    elif stream:
        pieces = [_event(chunk) for chunk in chunks(answer, operation, asked)]
        pieces += [b"data: [DONE]\n\n"] if answer.done else []
    else:
        pieces = [json.dumps(document(answer, operation, asked)).encode()]
    framing = answer.framing or ("chunked" if stream and answer.status < 300 else "length")
    kind = answer.content_type or ("text/event-stream" if stream and answer.status < 300 else "application/json")
    lines = [f"HTTP/1.1 {answer.status} Scripted", f"content-type: {kind}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if framing == "length":
        lines.append(f"content-length: {sum(map(len, pieces))}")
    elif framing == "chunked":
        lines.append("transfer-encoding: chunked")
        pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece] + [b"0\r\n\r\n"]
    else:
        lines.append("connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1"), pieces


def document(answer: Answer, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    """A whole reply."""
    usage = {} if answer.reports == "no" else {"usage": answer.tokens.document()}
    text = "".join(answer.pieces)
    model = asked.get("model")
    if operation == "embeddings":
        texts = asked["input"] if isinstance(asked.get("input"), list) else [asked.get("input")]
        rows = [{"object": "embedding", "index": i, "embedding": [0.5, -0.25]} for i in range(len(texts))]
        return {"object": "list", "data": rows, "model": model, **usage}
    choice: dict[str, Any] = {"index": 0, "finish_reason": answer.finish}
    if operation == "completions":
        choice |= {"text": text, "logprobs": None}
    else:
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if answer.reasoning:
            message["reasoning"] = "".join(answer.reasoning)
        if answer.tool_calls:
            message |= {"content": None, "tool_calls": [_tool(i, call)[1] for i, call in enumerate(answer.tool_calls)]}
        choice["message"] = message
    kind = "text_completion" if operation == "completions" else "chat.completion"
    return {"id": UPSTREAM_ID, "object": kind, "created": CREATED, "model": model, "choices": [choice], **usage}


def chunks(answer: Answer, operation: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """A streamed reply."""
    completion = operation == "completions"
    kind = "text_completion" if completion else "chat.completion.chunk"
    common = {"id": UPSTREAM_ID, "object": kind, "created": CREATED, "model": asked.get("model")}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        body = delta if completion else {"delta": delta}
        return {**common, "choices": [{"index": 0, **body, "finish_reason": finish}]}

    if completion:
        made = [chunk({"text": piece}) for piece in answer.pieces]
        made.append(chunk({"text": ""}, answer.finish))
    else:
        made = [chunk({"role": "assistant", "content": ""})]
        made += [chunk({"reasoning": piece}) for piece in answer.reasoning]
        if answer.tool_calls:
            for i, call in enumerate(answer.tool_calls):
                made += [chunk({"tool_calls": [part]}) for part in _parts(i, call)]
        else:
            made += [chunk({"content": piece}) for piece in answer.pieces]
        made.append(chunk({}, answer.finish))
    wanted = (asked.get("stream_options") or {}).get("include_usage") is True
    if answer.reports == "finish":
        made[-1]["usage"] = answer.tokens.document()
    elif answer.reports == "last" and wanted:
        made.append({**common, "choices": [], "usage": answer.tokens.document()})
    return made


def _tool(index: int, call: ToolCall) -> tuple[int, dict[str, Any]]:
    function = {"name": call.name, "arguments": call.arguments}
    return index, {"id": call.id, "type": "function", "function": function}


def _parts(index: int, call: ToolCall) -> list[dict[str, Any]]:
    """A tool call as a stream cuts it: the name, then the arguments in two halves."""
    half = len(call.arguments) // 2
    first = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
    halves = (call.arguments[:half], call.arguments[half:])
    return [first, *({"index": index, "function": {"arguments": part}} for part in halves)]


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
