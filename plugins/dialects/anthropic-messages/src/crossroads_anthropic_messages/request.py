"""The client's fields: what routing reads of them, and what of them goes to an upstream, spliced or typed.

Tables first: what may stand in a field, which fields are parameters, which only a router reads.
Sources: `anthropic` 2.12, types/message_create_params.py; OpenRouter OpenAPI schema `MessagesRequest`; read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.request import FALSE, ROUTER_ONLY, TRUE, UNUSED, hashed_user, plain

from crossroads import jsonbody
from crossroads.call import Fields, Lost, Opened
from crossroads.dialect import Draft
from crossroads.errors import BadRequest
from crossroads.jsonbody import Kind
from crossroads_anthropic_messages import foreign
from crossroads_anthropic_messages.betas import betas
from crossroads_anthropic_messages.models import default_limit, generation

KINDS: dict[str, Kind] = {
    "fallbacks": jsonbody.ARRAY,
    "max_tokens": jsonbody.INTEGER,
    "messages": jsonbody.FILLED_ARRAY,
    "metadata": jsonbody.OBJECT,
    "model": jsonbody.STRING,
    "models": jsonbody.STRINGS,
    "output_config": jsonbody.OBJECT,
    "provider": jsonbody.OBJECT,
    "session_id": jsonbody.STRING,
    "stop_sequences": jsonbody.STRINGS,
    "stream": jsonbody.BOOLEAN,
    "temperature": jsonbody.NUMBER,
    "thinking": jsonbody.OBJECT,
    "tool_choice": jsonbody.OBJECT,
    "tools": jsonbody.ARRAY,
    "top_k": jsonbody.INTEGER,
    "top_p": jsonbody.NUMBER,
    "user": jsonbody.STRING,
}

PARAMETERS = {
    "max_tokens": "max_tokens",
    "stop_sequences": "stop",
    "temperature": "temperature",
    "thinking": "reasoning",
    "tool_choice": "tool_choice",
    "tools": "tools",
    "top_k": "top_k",
    "top_p": "top_p",
}
"""Fields, and the canonical parameter that each is."""

NOT_SENT = (ROUTER_ONLY | {"fallbacks", "user"}) - {"usage"}
"""Read by the router; an upstream would refuse them."""

FALLBACKS_MAX = 3
TEMPERATURE_MAX = 1


def open_request(body: bytes) -> Opened:
    """See `Dialect.open`."""
    fields = jsonbody.open_document(body)
    if "messages" not in fields:
        raise BadRequest("it is missing.", remedy="Send `messages`.", field="messages")
    values: dict[str, Any] = {}
    used = set()
    for name, raw in fields.items():
        if (kind := KINDS.get(name)) is not None:
            values[name] = jsonbody.read(name, raw, kind)
        if name in PARAMETERS and raw not in UNUSED:
            used.add(PARAMETERS[name])
    if "reasoning" in used and b'"disabled"' in bytes(fields["thinking"]):
        used.discard("reasoning")
    if any(b'"json_schema"' in bytes(fields.get(name, b"")) for name in ("output_config", "output_format")):
        used |= {"response_format", "structured_outputs"}
    models = ([values["model"]] if values.get("model") is not None else []) + _others(fields, values)
    if "" in models:
        raise BadRequest(
            "a model name is empty.", remedy="Name a model, or leave the field out.", field="model", value=""
        )
    preferences = fields.get("provider")
    return Opened(
        fields=fields,
        models=tuple(dict.fromkeys(models)),
        stream=values.get("stream") is True,
        max_output_tokens=values.get("max_tokens") or None,
        parameters=frozenset(used),
        preferences=None if preferences in UNUSED[:1] else preferences,
        session_id=values.get("session_id"),
    )


def _others(fields: Fields, values: Mapping[str, Any]) -> list[str]:
    """The models to fall back on: OpenRouter's `models`, or its `fallbacks` in this format."""
    models: list[str] = values.get("models") or []
    fallbacks = plain(fields.get("fallbacks")) or []
    if not fallbacks:
        return models
    if models or len(fallbacks) > FALLBACKS_MAX:
        what = "it can't stand beside `models`." if models else f"it has more than {FALLBACKS_MAX} models."
        raise BadRequest(what, remedy="Send one list of models.", field="fallbacks")
    for at, one in enumerate(fallbacks):
        if not isinstance(one, dict) or set(one) != {"model"} or not isinstance(one["model"], str):
            raise BadRequest(
                "expected an object with `model` and nothing else.",
                remedy=f"Correct `fallbacks.{at}`.",
                field=f"fallbacks.{at}",
                value=one,
            )
    return [one["model"] for one in fallbacks]


def draft(fields: Mapping[str, Any], *, url: str, upstream: str, stream: bool, lost: list[Lost] | None = None) -> Draft:
    """What goes to the upstream: Anthropic's fields in their order, less what only a router reads.

    fields: a client's own (undecoded, or as typed objects gave them), or encoded ones.
    """
    lost = [] if lost is None else lost
    document: Fields = {name: value for name, value in fields.items() if name not in NOT_SENT}
    document["model"] = upstream
    if (user := plain(fields.get("user"))) is not None:
        metadata = plain(document.get("metadata")) or {}
        if metadata.get("user_id") is None:
            document["metadata"] = {**metadata, "user_id": hashed_user(user)}
        lost.append(Lost("user", "emulated", "sent as metadata.user_id, hashed"))
    if (temperature := plain(document.get("temperature"))) is not None and temperature > TEMPERATURE_MAX:
        document["temperature"] = TEMPERATURE_MAX
        lost.append(Lost("temperature", "clamped", f"the format takes 0 to {TEMPERATURE_MAX}"))
    if document.get("max_tokens", UNUSED[0]) in (None, UNUSED[0]):
        budget = (plain(document.get("thinking")) or {}).get("budget_tokens")
        document["max_tokens"] = limit = default_limit(generation(upstream), budget)
        lost.append(Lost("max_tokens", "emulated", f"Anthropic insists on a limit: {limit}"))
    if foreign.may_hold(document.get("messages")):
        document["messages"] = foreign.left_out(plain(document["messages"]), lost)
    if stream:
        document["stream"] = TRUE
    elif plain(document.get("stream")):
        document["stream"] = FALSE
    accept = b"text/event-stream" if stream else b"application/json"
    headers = [(b"content-type", b"application/json"), (b"accept", accept)]
    if wanted := betas(document):
        headers.append((b"anthropic-beta", ",".join(wanted).encode()))
    return Draft(document=document, url=url, headers=tuple(headers), lost=lost)


def text_of(value: Any) -> bytes:
    """A field as JSON text, whether it was looked into or not."""
    return bytes(value) if isinstance(value, msgspec.Raw) else msgspec.json.encode(value)
