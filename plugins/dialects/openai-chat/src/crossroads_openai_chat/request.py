"""Client request -> upstream request, undecoded or typed: one function for both paths, so that they can't differ.

Tables first: what may stand in a field, which fields are parameters, which only a router reads.
Source of the tables: OpenRouter API reference, "Chat completions" and OpenAPI schema `ChatRequest`, read 2026-11-24.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.call import Fields, Lost, Opened
from crossroads.dialect import Draft
from crossroads.errors import BadRequest
from crossroads.jsonbody import MALFORMED, Kind

TRUE, FALSE = msgspec.Raw(b"true"), msgspec.Raw(b"false")

ROUTER_KINDS: dict[str, Kind] = {
    "model": jsonbody.STRING,
    "models": jsonbody.STRINGS,
    "provider": jsonbody.STRING_OR_OBJECT,
    "session_id": jsonbody.STRING,
    "stream": jsonbody.BOOLEAN,
    "stream_options": jsonbody.OBJECT,
    "user": jsonbody.STRING,
}
"""Fields that routing reads, in every member of the family."""

SAMPLING_KINDS: dict[str, Kind] = {
    "frequency_penalty": jsonbody.NUMBER,
    "logit_bias": jsonbody.OBJECT,
    "max_tokens": jsonbody.COUNT,
    "min_p": jsonbody.NUMBER,
    "n": jsonbody.COUNT,
    "presence_penalty": jsonbody.NUMBER,
    "repetition_penalty": jsonbody.NUMBER,
    "seed": jsonbody.INTEGER,
    "stop": jsonbody.TEXTS,
    "temperature": jsonbody.NUMBER,
    "top_a": jsonbody.NUMBER,
    "top_k": jsonbody.INTEGER,
    "top_p": jsonbody.NUMBER,
}

CHAT_KINDS: dict[str, Kind] = {
    **ROUTER_KINDS,
    **SAMPLING_KINDS,
    "include_reasoning": jsonbody.BOOLEAN,
    "logprobs": jsonbody.BOOLEAN,
    "max_completion_tokens": jsonbody.COUNT,
    "messages": jsonbody.FILLED_ARRAY,
    "parallel_tool_calls": jsonbody.BOOLEAN,
    "prompt": jsonbody.STRING,
    "reasoning": jsonbody.OBJECT,
    "reasoning_effort": jsonbody.STRING,
    "response_format": jsonbody.OBJECT,
    "tool_choice": jsonbody.STRING_OR_OBJECT,
    "tools": jsonbody.ARRAY,
    "top_logprobs": jsonbody.INTEGER,
    "verbosity": jsonbody.STRING,
}

PARAMETERS = frozenset(
    {
        "frequency_penalty", "include_reasoning", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens",
        "min_p", "parallel_tool_calls", "prediction", "presence_penalty", "reasoning", "reasoning_effort",
        "repetition_penalty", "response_format", "seed", "stop", "structured_outputs", "temperature", "tool_choice",
        "tools", "top_a", "top_k", "top_logprobs", "top_p", "verbosity", "web_search_options",
    }
)  # fmt: skip
"""OpenRouter's vocabulary of `supported_parameters` (OpenAPI schema `Parameter`)."""

SYNONYMS = {"functions": "tools", "function_call": "tool_choice"}
"""Fields of 2023 and the parameters that they are."""

ROUTER_ONLY = frozenset(
    {
        "debug", "max_tool_calls", "models", "plugins", "preset", "provider", "route", "session_id",
        "stop_server_tools_when", "trace", "transforms", "usage",
    }
)  # fmt: skip
"""Read by the router, or with no effect (`usage`); an upstream would refuse or misread them."""

UNUSED = (msgspec.Raw(b"null"), msgspec.Raw(b"[]"), msgspec.Raw(b"{}"))


def open_fields(fields: dict[str, msgspec.Raw], kinds: Mapping[str, Kind]) -> Opened:
    """Type what `kinds` names, and gather what routing needs. Raises BadRequest naming the field."""
    values: dict[str, Any] = {}
    used = set()
    for name, raw in fields.items():
        if (kind := kinds.get(name)) is not None:
            values[name] = jsonbody.read(name, raw, kind)
        if (name in PARAMETERS or name in SYNONYMS) and raw not in UNUSED:
            used.add(SYNONYMS.get(name, name))
    if "response_format" in used and b'"json_schema"' in bytes(fields["response_format"]):
        used.add("structured_outputs")
    models = ([values["model"]] if values.get("model") is not None else []) + (values.get("models") or [])
    if "" in models:
        raise BadRequest(
            "a model name is empty.", remedy="Name a model, or leave the field out.", field="model", value=""
        )
    if (named := fields.get("provider")) is not None and bytes(memoryview(named)[:1]) == b'"':
        fields = {**fields, "provider": _only(jsonbody.read("provider", named, jsonbody.STRING))}
    preferences = fields.get("provider")
    return Opened(
        fields=fields,
        models=tuple(dict.fromkeys(models)),
        stream=values.get("stream") is True,
        max_output_tokens=values.get("max_completion_tokens") or values.get("max_tokens"),
        parameters=frozenset(used),
        preferences=None if preferences in UNUSED[:1] else preferences,
        session_id=values.get("session_id"),
    )


def _only(provider: str) -> msgspec.Raw:
    """The preferences of a caller who names a provider where OpenRouter has an object, as Hugging Face's clients do."""
    if not provider:
        raise BadRequest(
            "a provider's name is empty.", remedy="Correct `provider`, or leave it out.", field="provider", value=""
        )
    return msgspec.Raw(msgspec.json.encode({"only": [provider]}))


def upstream_draft(
    fields: Mapping[str, Any], *, url: str, upstream: str, stream: bool, streams: bool, prompt_as_message: bool
) -> Draft:
    """What goes to the upstream: the client's fields in their order, less what only a router reads.

    streams: does this operation stream at all? prompt_as_message: is a lone `prompt` a chat of one message?
    """
    lost: list[Lost] = []
    document: Fields = {name: value for name, value in fields.items() if name not in ROUTER_ONLY}
    document["model"] = upstream
    if document.pop("extra_body", None) is not None:  # what a client of another format asked of its own vendor
        lost.append(Lost("extra_body", "dropped", "it holds another vendor's parameters"))
    if (user := plain(document.get("user"))) is not None:
        document["user"] = hashed_user(user)
        lost.append(Lost("user", "emulated", "sent as a hash, so that the upstream can't tell who it is"))
    if prompt_as_message and "prompt" in document:
        prompt = document.pop("prompt")
        if "messages" not in document:
            document["messages"] = [{"role": "user", "content": prompt}]
            lost.append(Lost("prompt", "emulated", "sent as one user message"))
        else:
            lost.append(Lost("prompt", "dropped", "messages were given too"))
    if streams:
        _set_stream(document, stream)
    accept = b"text/event-stream" if streams and stream else b"application/json"
    headers = ((b"content-type", b"application/json"), (b"accept", accept))
    return Draft(document=document, url=url, headers=headers, lost=lost)


def _set_stream(document: Fields, stream: bool) -> None:
    if stream:
        document["stream"] = TRUE
        # Usage must come whatever the client asked: it is what the call is priced by.
        options = plain(document.get("stream_options")) or {}
        document["stream_options"] = {**options, "include_usage": True}
        return
    document.pop("stream_options", None)  # upstreams refuse it without a stream
    if plain(document.get("stream")):
        document["stream"] = FALSE


def plain(value: Any) -> Any:
    """A value that may still be `Raw`, decoded. Raises BadRequest: a number that no double holds."""
    if not isinstance(value, msgspec.Raw):
        return value
    try:
        return msgspec.json.decode(value)
    except MALFORMED:  # the body's JSON is strict already (`jsonbody`)
        raise BadRequest("a number is too large for a double.", remedy="Send a smaller number.", field="body") from None


def hashed_user(user: str) -> str:
    """A stable identity for abuse detection upstream, from which the name can't be read back."""
    return "user-" + hashlib.sha256(b"crossroads user\0" + user.encode()).hexdigest()[:32]
