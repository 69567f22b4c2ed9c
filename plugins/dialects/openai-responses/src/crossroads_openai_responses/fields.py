"""Request fields: what the shallow parse reads, which ones a router reads, which ones the format does not have.

`upstream_draft` is the last step of both paths, spliced and encoded, so that they can't differ.
Sources: openai 3.57 `types/responses/response_create_params.py`; OpenRouter OpenAPI `ResponsesRequest`, and that it
keeps no state ("Responses API", store and previous_response_id); read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.request import (
    FALSE,
    ROUTER_KINDS,
    ROUTER_ONLY,
    TRUE,
    hashed_user,
    open_fields,
    plain,
)

from crossroads import jsonbody
from crossroads.call import Fields, Lost, Opened
from crossroads.dialect import Draft
from crossroads.errors import BadRequest, Unsupported
from crossroads.jsonbody import Kind

NULL = msgspec.Raw(b"null")
STRING_OR_ARRAY = Kind("a string or an array", opens=b'"[')

KINDS: dict[str, Kind] = {
    **ROUTER_KINDS,
    "background": jsonbody.BOOLEAN,
    "frequency_penalty": jsonbody.NUMBER,
    "include": jsonbody.STRINGS,
    "input": STRING_OR_ARRAY,
    "instructions": jsonbody.STRING,
    "max_output_tokens": jsonbody.COUNT,
    "max_tool_calls": jsonbody.INTEGER,
    "metadata": jsonbody.OBJECT,
    "parallel_tool_calls": jsonbody.BOOLEAN,
    "presence_penalty": jsonbody.NUMBER,
    "previous_response_id": jsonbody.STRING,
    "prompt": jsonbody.OBJECT,
    "prompt_cache_key": jsonbody.STRING,
    "prompt_cache_options": jsonbody.OBJECT,
    "reasoning": jsonbody.OBJECT,
    "safety_identifier": jsonbody.STRING,
    "service_tier": jsonbody.STRING,
    "store": jsonbody.BOOLEAN,
    "temperature": jsonbody.NUMBER,
    "text": jsonbody.OBJECT,
    "tool_choice": jsonbody.STRING_OR_OBJECT,
    "tools": jsonbody.ARRAY,
    "top_logprobs": jsonbody.INTEGER,
    "top_p": jsonbody.NUMBER,
    "truncation": jsonbody.STRING,
}

STATE = {
    "store": "Send `store: false`, or leave it out.",
    "previous_response_id": "Send the whole conversation in `input`.",
    "conversation": "Send the whole conversation in `input`.",
    "background": "Ask for a stream, and keep the connection open.",
}
"""Fields that ask for something to be kept. Nothing is: each may only be null or false."""

DROPPED = frozenset(
    {
        "audio", "cache_control", "image_config", "logit_bias", "logprobs", "min_p", "prediction",
        "repetition_penalty", "seed", "stop", "top_a", "top_k",
    }
)  # fmt: skip
"""Canonical parameters that the format does not have (`logprobs`: it has, as an `include`)."""

ROUTER_FIELDS = (ROUTER_ONLY | {"structured_outputs"}) - {"max_tool_calls"}
"""As in OpenAI chat; a host of this format runs tools itself, and takes the limit on them."""

EFFORTS = {"minimal": 0.1, "low": 0.2, "medium": 0.5, "high": 0.8, "xhigh": 0.95}
"""Share of the output that each may think (OpenRouter, "Reasoning tokens", read 2026-11-24)."""

OUTPUT_TOKENS_ASSUMED = 32_768
"""What a reasoning budget is a share of when the caller set no max_output_tokens."""


def open_request(body: bytes) -> Opened:
    """See `Dialect.open`. Raises BadRequest, also for what would need a stored conversation."""
    fields = jsonbody.open_document(body)
    if "input" not in fields and fields.get("prompt", NULL) == NULL:
        raise BadRequest("it is missing.", remedy="Send `input`.", field="input")
    for name, remedy in STATE.items():
        if name in fields and bytes(fields[name]) not in (b"null", b"false"):
            jsonbody.read(name, fields[name], KINDS.get(name, jsonbody.STRING_OR_OBJECT))
            raise BadRequest("nothing is stored here.", remedy=remedy, field=name, value=plain(fields[name]))
    opened = open_fields(fields, KINDS)
    if "max_output_tokens" in fields:
        opened.max_output_tokens = jsonbody.read("max_output_tokens", fields["max_output_tokens"], jsonbody.COUNT)
    opened.parameters |= _parameters(fields)
    return opened


def _parameters(fields: Mapping[str, msgspec.Raw]) -> frozenset[str]:
    """Parameters that have another name or place here."""
    used = set()
    if fields.get("max_output_tokens", NULL) != NULL:
        used.add("max_tokens")
    text = plain(fields.get("text")) or {}
    if text.get("verbosity") is not None:
        used.add("verbosity")
    format_ = text.get("format")
    kind = format_.get("type") if isinstance(format_, dict) else None
    if kind in ("json_object", "json_schema"):
        used |= {"response_format"} | ({"structured_outputs"} if kind == "json_schema" else set())
    if b"logprobs" in bytes(fields.get("include", NULL)):
        used.add("logprobs")
    return frozenset(used)


def upstream_draft(fields: Mapping[str, Any], *, url: str, upstream: str, stream: bool, lost: list[Lost]) -> Draft:
    """What goes to the host: these fields, less what it does not know; never stored there.

    Raises Unsupported: several choices, or an answer other than text.
    """
    _refuse(fields)
    for name in sorted(DROPPED & fields.keys()):
        if _says_something(plain(fields[name])):
            lost.append(Lost(name, "dropped", "the Responses format does not have it"))
    left_out = DROPPED | ROUTER_FIELDS | {"n", "modalities"}
    document: Fields = {name: value for name, value in fields.items() if name not in left_out}
    document["model"] = upstream
    document["store"] = False
    _identify(document, lost)
    _set_effort(document, lost)
    if stream:
        document["stream"] = TRUE
    else:
        document.pop("stream_options", None)  # hosts refuse it without a stream
        if plain(document.get("stream")):
            document["stream"] = FALSE
    accept = b"text/event-stream" if stream else b"application/json"
    headers = ((b"content-type", b"application/json"), (b"accept", accept))
    return Draft(document=document, url=url, headers=headers, lost=lost)


def _identify(document: Fields, lost: list[Lost]) -> None:
    """Who the end user is, as a hash; both names of the field mean it."""
    names = [plain(document.pop(name, None)) for name in ("safety_identifier", "user")]
    if (user := next((name for name in names if isinstance(name, str)), None)) is not None:
        document["safety_identifier"] = hashed_user(user)
        lost.append(Lost("user", "emulated", "sent as a hash, so that the upstream can't tell who it is"))


def _set_effort(document: Fields, lost: list[Lost]) -> None:
    """OpenRouter's `reasoning.max_tokens`, `enabled` and `exclude`, which the format lacks, as an effort."""
    said = plain(document.get("reasoning"))
    if not isinstance(said, dict) or not {"max_tokens", "enabled", "exclude"} & set(said):
        return
    reasoning = {name: value for name, value in said.items() if name not in ("max_tokens", "enabled", "exclude")}
    budget, enabled = said.get("max_tokens"), said.get("enabled")
    if type(budget) is int and reasoning.get("effort") is None:
        most = plain(document.get("max_output_tokens")) or OUTPUT_TOKENS_ASSUMED
        reasoning["effort"] = min(EFFORTS, key=lambda effort: abs(EFFORTS[effort] - budget / most))
        lost.append(Lost("reasoning.max_tokens", "emulated", f"sent as effort {reasoning['effort']}"))
    elif budget is not None:
        lost.append(Lost("reasoning.max_tokens", "dropped", "an effort was given, and the format takes one of them"))
    if enabled is not None and reasoning.get("effort") is None:
        reasoning["effort"] = "medium" if enabled is True else "none"
        lost.append(Lost("reasoning.enabled", "emulated", f"sent as effort {reasoning['effort']}"))
    if said.get("exclude") is True:
        reasoning.pop("summary", None)
        lost.append(Lost("reasoning.exclude", "emulated", "no summary is asked for"))
    document["reasoning"] = reasoning


def _says_something(value: Any) -> bool:
    return not (value is None or value is False or value in ("", [], {}))


def _refuse(fields: Mapping[str, Any]) -> None:
    n, modalities = plain(fields.get("n")), plain(fields.get("modalities"))
    if isinstance(n, int | float) and n > 1:
        raise Unsupported("the Responses format gives one answer.", remedy="Ask several times.", field="n", value=n)
    if isinstance(modalities, list) and any(kind != "text" for kind in modalities):
        raise Unsupported(
            "over the Responses format a model answers in text.",
            remedy="Leave it out, or let another endpoint serve the call.",
            field="modalities",
            value=modalities,
        )
