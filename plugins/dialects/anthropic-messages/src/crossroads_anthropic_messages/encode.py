"""The canonical request -> Anthropic's, for an upstream. What the format can't carry is dropped and told, or refused.

A request that a client of Anthropic's wrote comes with its original: where nobody changed what a field says, the
field goes out as it came, and nothing is fitted to the model.
Sources: Anthropic API reference, "Messages"; OpenRouter OpenAPI schema `ChatRequest`; read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.original import Span, unchanged, written_in
from crossroads_anthropic_messages import decode, request, thinking, tools
from crossroads_anthropic_messages.messages import Turns
from crossroads_anthropic_messages.models import Generation, default_limit, generation

DROPPED = (
    "frequency_penalty", "image_config", "logit_bias", "logprobs", "min_p", "prediction", "presence_penalty",
    "prompt_cache_key", "prompt_cache_options", "repetition_penalty", "seed", "top_a", "top_logprobs",
)  # fmt: skip
"""Anthropic has nothing like them."""

TIERS = {"auto": "auto", "default": "standard_only"}
MODALITIES = {"text"}


def encode_request(asked: Any, *, url: str, upstream: str, stream: bool, dialect: str = decode.NAME) -> Draft:
    """See `Dialect.encode_request`. dialect: whose original this format knows to send."""
    lost: list[Lost] = []
    now = asked.model_dump(exclude_unset=True, by_alias=True)
    if (original := written_in(asked, dialect)) is not None:
        document = _original(now, original, upstream, lost)
    else:
        document = _translated(now, [], generation(upstream), lost)
        unknown = set(asked.model_extra or ()) - request.NOT_SENT
        lost += [Lost(name, "dropped", "Anthropic has nothing like it") for name in sorted(unknown)]
    return request.draft(document, url=url, upstream=upstream, stream=stream, lost=lost)


def _original(now: dict[str, Any], original: dict[str, Any], upstream: str, lost: list[Lost]) -> dict[str, Any]:
    """The client's own document, with what has been changed since."""
    was = decode.canonical(original)
    if unchanged(now, was.fields):
        return original
    notes: list[Lost] = []
    made = _translated(now, was.spans, generation(upstream), notes)
    document = {name: value for name, value in original.items() if name not in ("system", "messages", "tools")}
    same: set[str] = set()
    for theirs, ours in decode.MADE_FROM.items():
        if all(now.get(name) == was.fields.get(name) for name in ours):
            same.update(ours)
            continue
        for name in theirs:
            document.pop(name, None)
            if name in made:
                document[name] = made[name]
    document |= {name: made[name] for name in ("system", "messages", "tools") if name in made}
    if now.get("tools") and was.fields.get("tools"):
        known = list(zip(was.fields["tools"], original["tools"], strict=True))
        document["tools"] = [
            next((source for tool, source in known if tool == wanted), encoded)
            for wanted, encoded in zip(now["tools"], made["tools"], strict=True)
        ]
    lost += [note for note in notes if note.field.split(".")[0] not in same]
    return document


def _translated(now: dict[str, Any], spans: Sequence[Span], model: Generation, lost: list[Lost]) -> dict[str, Any]:
    _refuse(now)
    lost += [Lost(name, "dropped", "Anthropic has nothing like it") for name in DROPPED if now.get(name)]
    turns = Turns(model, lost)
    turns.add_all(_with_prompt(now, lost), spans)
    document = turns.fields()
    document["max_tokens"] = _max_tokens(now, model, lost)
    for name in ("cache_control", "route", "stream", "user"):
        if now.get(name) is not None:
            document[name] = now[name]
    _sampling(now, document, model, lost)
    _metadata(now, document, lost)
    if (tier := now.get("service_tier")) is not None:
        document["service_tier"] = TIERS.get(tier, "auto")
        if tier not in (*TIERS, "standard_only"):
            lost.append(Lost("service_tier", "dropped", "Anthropic knows auto and default"))
    _stop(now, document, lost)
    _tools(now, document, lost)
    if now.get("response_format") is not None:
        tools.structured(document, now["response_format"], model, lost)
    thinking.think(document, now, model, lost)
    return document


def _refuse(now: dict[str, Any]) -> None:
    """What would be another answer without it."""
    for name, value in (("n", now.get("n") or 1), ("modalities", now.get("modalities") or ["text"])):
        if value not in (1, ["text"]):
            raise Unsupported(
                "Anthropic's format can't carry it.",
                remedy="Leave it out, or let a provider with another format serve the call.",
                field=name,
                value=value,
            )


def _with_prompt(now: dict[str, Any], lost: list[Lost]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = now.get("messages") or []
    if now.get("prompt") is None:
        return messages
    if messages:
        lost.append(Lost("prompt", "dropped", "messages were given too"))
        return messages
    lost.append(Lost("prompt", "emulated", "sent as one user message"))
    return [{"role": "user", "content": now["prompt"]}]


def _max_tokens(now: dict[str, Any], model: Generation, lost: list[Lost]) -> int:
    named = now.get("max_completion_tokens") or now.get("max_tokens")
    if named is None:
        limit = default_limit(model, (now.get("reasoning") or {}).get("max_tokens"))
        lost.append(Lost("max_tokens", "emulated", f"Anthropic insists on a limit: {limit}"))
        return limit
    return int(named)


def _sampling(now: dict[str, Any], document: dict[str, Any], model: Generation, lost: list[Lost]) -> None:
    for name in ("temperature", "top_p", "top_k"):
        if now.get(name) is None:
            continue
        if not model.sampling:
            lost.append(Lost(name, "dropped", "this model takes no sampling parameters"))
        elif name == "top_p" and "temperature" in document and not model.both_ps:
            lost.append(Lost(name, "dropped", "this model takes temperature or top_p"))
        else:
            document[name] = now[name]


def _metadata(now: dict[str, Any], document: dict[str, Any], lost: list[Lost]) -> None:
    metadata = now.get("metadata") or {}
    if isinstance(metadata.get("user_id"), str):
        document["metadata"] = {"user_id": metadata["user_id"]}
    if set(metadata) - {"user_id"}:
        lost.append(Lost("metadata", "dropped", "Anthropic takes a user_id only"))


def _stop(now: dict[str, Any], document: dict[str, Any], lost: list[Lost]) -> None:
    stop = now.get("stop")
    wanted = [stop] if isinstance(stop, str) else stop or []
    usable = [text for text in wanted if text.strip()]
    if usable:
        document["stop_sequences"] = usable
    if len(usable) != len(wanted):
        lost.append(Lost("stop", "dropped", "Anthropic takes no sequence of white space alone"))


def _tools(now: dict[str, Any], document: dict[str, Any], lost: list[Lost]) -> None:
    wanted = list(now.get("tools") or [])
    wanted += [{"type": "function", "function": function} for function in now.get("functions") or []]
    made = [tools.anthropic_tool(tool, f"tools.{at}") for at, tool in enumerate(wanted)]
    if now.get("web_search_options") is not None:
        made.append(tools.WEB_SEARCH)
        lost.append(Lost("web_search_options", "emulated", "Anthropic's own web search tool"))
    if not made:
        return
    document["tools"] = made
    choice = now.get("tool_choice")
    if choice is None and (called := now.get("function_call")) is not None:
        choice = called if isinstance(called, str) else {"type": "function", "function": called}
    if (picked := tools.anthropic_choice(choice, now.get("parallel_tool_calls"), lost)) is not None:
        document["tool_choice"] = picked
