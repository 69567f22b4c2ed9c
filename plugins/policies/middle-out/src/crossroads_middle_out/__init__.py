"""Context compression: a chat that is too long for the endpoint that serves it is cut in its middle.

    [policies.middle-out]
    unasked_context_tokens = 8192

Done for a caller who asks (plugin `context-compression`, or `transforms: ["middle-out"]` of old clients), and unasked
where the endpoint's context is small; never for one who says no (`enabled: false`, `transforms: []`).
Endpoints that hold less than half of what is sent are left out, unless all do: then the largest stay. What fits
somewhere whole is not cut: the exchange routes it there first.

How it is cut: `crossroads_middle_out.cut`. How much: by an estimate of tokens, with a margin; the room for the reply
that the caller asks for is left free. Deterministic, of each attempt alone: a larger endpoint
that takes over gets more of the chat.
Semantics: OpenRouter, "Message transforms" and plugin `context-compression`, read 2026-11-24; the estimate, the margin
and what is kept of tool calls are ours.
"""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from crossroads.call import Call, Lost, Rewrite
from crossroads.hookspecs import hookimpl
from crossroads.jsonbody import MALFORMED
from crossroads.route import Attempt, Candidate
from crossroads_middle_out.cut import cut
from crossroads_middle_out.tokens import tokens_of

PLUGIN, ENGINE = "context-compression", "middle-out"
MARGIN = 0.9
"""Share of an endpoint's room that is filled: the estimate may be short by a tenth."""
REPLY_SHARE = 4
"""Where the caller asks for no length: a reply's share of a context, one in so many."""
BYTES_PER_TOKEN_LEAST = 2
"""A body of fewer bytes than this a token, times the context, surely fits: nobody has to read it."""


class Settings(BaseModel):
    """`[policies.middle-out]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unasked_context_tokens: int = Field(
        default=8_192, ge=0, description="Contexts up to this are fitted without being asked; 0: none."
    )


class MiddleOut:
    """See the module."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self._unasked = settings.unasked_context_tokens

    @hookimpl
    def policy_permit(self, call: Call, candidates: tuple[Candidate, ...]) -> dict[str, str] | None:
        """Without those that would lose more than half; where all would, without all but the largest."""
        contexts = {c.endpoint.id: c.endpoint.context_tokens for c in candidates if c.endpoint.context_tokens}
        if not contexts or not _may_overflow(call, min(contexts.values())) or (asked := wanted(call)) is False:
            return None
        sent = tokens_of(call.request())
        enough = -(-sent // 2)
        if len(contexts) == len(candidates) and all(held < enough for held in contexts.values()):
            enough = max(contexts.values())
        return {
            id: f"holds {held} tokens, and {enough} at least are to be kept of {sent}"
            for id, held in contexts.items()
            if held < enough and self._fits(held, asked)
        }

    @hookimpl
    def policy_reserve(self, call: Call, attempt: Attempt) -> Rewrite | None:
        """The chat as far as it fits, and a word on what was left out."""
        held = attempt.endpoint.context_tokens
        if held is None or not _may_overflow(call, held) or not self._fits(held, wanted(call)):
            return None
        request = attempt.request or call.request()
        room = int((held - min(call.opened.max_output_tokens or held // REPLY_SHARE, held // 2)) * MARGIN)
        kept = cut(request.messages, tokens_of(request) - room)
        if kept is None:
            return None
        why = f"{kept.dropped} messages left out and {kept.shortened} shortened in the middle, to fit {held} tokens"
        how = Lost("messages", "dropped" if kept.dropped else "clamped", why)
        return Rewrite(request.model_copy(update={"messages": kept.messages}), lost=(how,))

    def _fits(self, context: int, asked: bool | None) -> bool:
        """Is a chat to be fitted into this context?"""
        return context <= self._unasked if asked is None else asked


def wanted(call: Call) -> bool | None:
    """What the caller says about it; None: nothing."""
    for plugin in _read(call, "plugins") or ():
        if isinstance(plugin, dict) and plugin.get("id") == PLUGIN:
            return plugin.get("enabled") is not False and plugin.get("engine") in (None, ENGINE)
    transforms = _read(call, "transforms")
    return None if transforms is None else ENGINE in transforms


def _may_overflow(call: Call, context: int) -> bool:
    if call.operation != "chat":
        return False
    size = sum(len(memoryview(raw)) for raw in call.opened.fields.values() if isinstance(raw, msgspec.Raw))
    return size // BYTES_PER_TOKEN_LEAST + (call.opened.max_output_tokens or context // REPLY_SHARE) > context * MARGIN


def _read(call: Call, field: str) -> list[Any] | None:
    """A list that stands in the body as it came, whatever the dialect makes of it."""
    raw = call.opened.fields.get(field)
    if not isinstance(raw, msgspec.Raw):
        return None
    try:
        found = msgspec.json.decode(raw)
    except MALFORMED:
        return None
    return found if isinstance(found, list) else None
