"""What the Python client gives back: typed views of a response. Fields that are not named here stand in `raw`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec


class UsageReport(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens as the model counts them. cost: US dollars, exact; None: a price is unknown."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cost: Decimal | None = None
    prompt_tokens_details: dict[str, Any] | None = None
    completion_tokens_details: dict[str, Any] | None = None


class FunctionCall(msgspec.Struct, frozen=True, kw_only=True):
    """arguments: JSON text, as the model wrote it (not checked)."""

    name: str = ""
    arguments: str = ""


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    id: str | None = None
    type: str | None = None
    index: int | None = None
    function: FunctionCall = FunctionCall()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A whole message, or what one chunk adds to it."""

    role: str | None = None
    content: str | list[dict[str, Any]] | None = None
    reasoning: str | None = None
    reasoning_details: list[dict[str, Any]] | None = None
    refusal: str | None = None
    tool_calls: list[ToolCall] | None = None
    annotations: list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.get("text") or "" for part in self.content)
        return self.content or ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    index: int = 0
    message: Message = Message()
    delta: Message = Message()
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    logprobs: dict[str, Any] | None = None


class ChatReply(msgspec.Struct, frozen=True, kw_only=True):
    """A chat completion. `text` and `tool_calls` are of the first choice."""

    id: str
    model: str
    provider: str | None = None
    created: int | None = None
    choices: list[Choice] = []
    usage: UsageReport | None = None
    raw: bytes = b""

    @property
    def text(self) -> str:
        return self.choices[0].message.text if self.choices else ""

    @property
    def tool_calls(self) -> list[ToolCall]:
        return (self.choices[0].message.tool_calls if self.choices else None) or []

    @property
    def finish_reason(self) -> str | None:
        return self.choices[0].finish_reason if self.choices else None


class ChatChunk(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a stream. `text` is what it adds to the first choice; the last one bears the usage."""

    id: str = ""
    model: str = ""
    provider: str | None = None
    choices: list[Choice] = []
    usage: UsageReport | None = None

    @property
    def text(self) -> str:
        return self.choices[0].delta.text if self.choices else ""


class VideoReply(msgspec.Struct, frozen=True, kw_only=True):
    """A video job as it stood when it was asked for. progress: 0 to 100, where the provider tells."""

    id: str
    status: str
    model: str = ""
    generation_id: str | None = None
    progress: int | None = None
    seconds: str | None = None
    size: str | None = None
    error: str | None = None
    usage: UsageReport | None = None
    raw: bytes = b""

    @property
    def ended(self) -> bool:
        """Does it stay as it is?"""
        return self.status in ("completed", "failed", "cancelled", "expired")


class TextChoice(msgspec.Struct, frozen=True, kw_only=True):
    text: str = ""
    index: int = 0
    finish_reason: str | None = None
    logprobs: dict[str, Any] | None = None


class TextReply(msgspec.Struct, frozen=True, kw_only=True):
    """A (legacy) text completion."""

    id: str
    model: str
    provider: str | None = None
    choices: list[TextChoice] = []
    usage: UsageReport | None = None
    raw: bytes = b""

    @property
    def text(self) -> str:
        return self.choices[0].text if self.choices else ""


class EmbeddingRow(msgspec.Struct, frozen=True, kw_only=True):
    index: int = 0
    embedding: list[float] | str = []


class EmbeddingReply(msgspec.Struct, frozen=True, kw_only=True):
    """vectors: one per input, in its order; each of the model's dimension."""

    id: str = ""
    model: str = ""
    provider: str | None = None
    data: list[EmbeddingRow] = []
    usage: UsageReport | None = None
    raw: bytes = b""

    @property
    def vectors(self) -> list[list[float] | str]:
        return [row.embedding for row in sorted(self.data, key=lambda row: row.index)]


class Rank(msgspec.Struct, frozen=True, kw_only=True):
    """index: into the documents that were sent. document: echoed where the provider does."""

    index: int
    relevance_score: float
    document: dict[str, Any] | None = None


class RerankReply(msgspec.Struct, frozen=True, kw_only=True):
    """results: best first."""

    id: str = ""
    model: str = ""
    provider: str | None = None
    results: list[Rank] = []
    usage: dict[str, Any] | None = None
    raw: bytes = b""


class Moderation(msgspec.Struct, frozen=True, kw_only=True):
    """categories: name -> flagged; category_scores: name -> 0 to 1. The names are the provider's own."""

    flagged: bool = False
    categories: dict[str, Any] = {}
    category_scores: dict[str, Any] = {}


class ModerationReply(msgspec.Struct, frozen=True, kw_only=True):
    """results: one verdict per text, in order."""

    id: str = ""
    model: str = ""
    provider: str | None = None
    results: list[Moderation] = []
    raw: bytes = b""

    @property
    def flagged(self) -> bool:
        """Is any of them?"""
        return any(result.flagged for result in self.results)


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """One of b64_json (base64) and url."""

    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


class ImagesReply(msgspec.Struct, frozen=True, kw_only=True):
    """data: in the order in which they were made."""

    model: str = ""
    provider: str | None = None
    data: list[Image] = []
    usage: dict[str, Any] | None = None
    raw: bytes = b""


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    text: str = ""
    usage: dict[str, Any] | None = None
    raw: bytes = b""
