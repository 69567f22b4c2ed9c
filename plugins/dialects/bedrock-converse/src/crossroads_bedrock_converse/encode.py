"""The canonical request -> Converse, for an upstream. What the format can't carry is dropped and told, or refused.

Of a request that a client of Bedrock's wrote, what nobody changed goes out as it came.
Source: Amazon Bedrock API reference, "Converse"; botocore 1.43 (service model bedrock-runtime), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from crossroads_openai_chat.request import ROUTER_ONLY

from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.original import Span, unchanged, written_in
from crossroads_bedrock_converse import decode, media, thinking
from crossroads_bedrock_converse.decode import CACHE, OWN, Json
from crossroads_bedrock_converse.turns import POINT, Turns

DROPPED = (
    "cache_control", "frequency_penalty", "image_config", "logit_bias", "logprobs", "metadata", "min_p", "prediction",
    "presence_penalty",
    "prompt_cache_key", "prompt_cache_options", "repetition_penalty", "seed", "top_a", "top_logprobs",
    "web_search_options", "verbosity",
)  # fmt: skip
"""Converse has nothing like them."""
NOT_SENT = ROUTER_ONLY | {"model", "modelId", "user"}
TIERS = frozenset({"default", "flex", "priority", "reserved"})
JSON_ONLY = "Answer with one JSON object and nothing else: no prose, no code fence."
STREAM = "application/vnd.amazon.eventstream"


def encode_request(asked: Any, *, url: str, upstream: str, stream: bool) -> Draft:
    """See `Dialect.encode_request`."""
    lost: list[Lost] = []
    now = asked.model_dump(exclude_unset=True, by_alias=True)
    if (original := written_in(asked, decode.NAME)) is None:
        unknown = set(asked.model_extra or ()) - NOT_SENT
        lost += [Lost(name, "dropped", "Converse has nothing like it") for name in sorted(unknown)]
        return draft(_translated(now, [], upstream, lost), lost, url=url, upstream=upstream, stream=stream)
    was = decode.canonical(original)
    if unchanged(now, was.fields, NOT_SENT):
        document: Mapping[str, Any] = original
    else:
        kept = {name: value for name, value in original.items() if name not in decode.KNOWN}
        document = {**kept, **_translated(now, was.spans, upstream, lost)}
    return draft(document, lost, url=url, upstream=upstream, stream=stream)


def draft(fields: Mapping[str, Any], lost: list[Lost], *, url: str, upstream: str, stream: bool) -> Draft:
    """What goes to the upstream, less what only a router reads. The verb stands in the URL."""
    document: Fields = {name: value for name, value in fields.items() if name not in NOT_SENT}
    headers = ((b"content-type", b"application/json"), (b"accept", (STREAM if stream else "application/json").encode()))
    return Draft(document=document, url=f"{url}-stream" if stream else url, headers=headers, lost=lost)


def _translated(now: Json, spans: Sequence[Span], upstream: str, lost: list[Lost]) -> Json:
    for name, value in (("n", now.get("n") or 1), ("modalities", now.get("modalities") or ["text"])):
        if value not in (1, ["text"]):
            raise media.cant("Bedrock's format can't carry it.", name, value)
    lost += [Lost(name, "dropped", "Converse has nothing like it") for name in DROPPED if now.get(name)]
    if now.get("user") is not None:
        lost.append(Lost("user", "dropped", "Converse has nothing like it"))
    turns = Turns(lost)
    turns.add_all(_messages(now, lost), spans)
    document: Json = {"messages": turns.messages}
    _tools(now, document, lost)
    _shape(now, document, turns, lost)
    if turns.system:
        document["system"] = turns.system
    sampling = _sampling(now)
    more = thinking.fields(now, sampling, upstream, lost)
    if sampling:
        document["inferenceConfig"] = sampling
    if more:
        document["additionalModelRequestFields"] = more
    if (tier := now.get("service_tier")) is not None:
        if tier in TIERS:
            document["serviceTier"] = {"type": tier}
        elif tier != "auto":
            lost.append(Lost("service_tier", "dropped", "Bedrock knows default, flex, priority and reserved"))
    return document


def _messages(now: Json, lost: list[Lost]) -> list[Json]:
    messages: list[Json] = now.get("messages") or []
    if now.get("prompt") is None:
        return messages
    lost.append(Lost("prompt", "dropped" if messages else "emulated", "sent as one user message, if there is no other"))
    return messages or [{"role": "user", "content": now["prompt"]}]


def _sampling(now: Json) -> Json:
    stop = now.get("stop")
    made = {
        "maxTokens": now.get("max_completion_tokens") or now.get("max_tokens"),
        "temperature": now.get("temperature"),
        "topP": now.get("top_p"),
        "stopSequences": [stop] if isinstance(stop, str) else stop,
    }
    return {name: value for name, value in made.items() if value is not None and value != []}


def _tools(now: Json, document: Json, lost: list[Lost]) -> None:
    wanted = list(now.get("tools") or [])
    wanted += [{"type": "function", "function": function} for function in now.get("functions") or []]
    if not wanted:
        return
    choice = now.get("tool_choice")
    if choice == "none" and not any(
        "toolUse" in b or "toolResult" in b for m in document["messages"] for b in m["content"]
    ):
        lost.append(Lost("tool_choice", "emulated", "the tools were left out"))
        return
    tools: list[Json] = []
    for at, tool in enumerate(wanted):
        tools += _tool(tool, f"tools.{at}")
    config: Json = {"tools": tools}
    if choice == "auto":
        config["toolChoice"] = {"auto": {}}
    elif choice in ("required", "any"):
        config["toolChoice"] = {"any": {}}
    elif isinstance(choice, dict) and choice.get("function"):
        config["toolChoice"] = {"tool": {"name": choice["function"]["name"]}}
    elif choice is not None:
        lost.append(Lost("tool_choice", "dropped", "Converse knows auto, any and a tool's name"))
    if now.get("parallel_tool_calls") is False:
        lost.append(Lost("parallel_tool_calls", "dropped", "Converse has nothing like it"))
    document["toolConfig"] = config


def _tool(tool: Json, path: str) -> list[Json]:
    if tool.get("type") == OWN:
        return [tool["block"]]
    if tool.get("type") != "function":
        raise media.cant(f"a tool of type {tool.get('type')} is unknown to Bedrock.", f"{path}.type", tool.get("type"))
    function = tool["function"]
    schema = function.get("parameters") or {}
    spec: Json = {"name": function["name"], "inputSchema": {"json": {"type": "object", **schema}}}
    if function.get("description"):
        spec["description"] = function["description"]
    if function.get("strict"):
        spec["strict"] = True
    return [{"toolSpec": spec}, *([POINT] if tool.get(CACHE) is not None else [])]


def _shape(now: Json, document: Json, turns: Turns, lost: list[Lost]) -> None:
    wanted = now.get("response_format") or {}
    kind = wanted.get("type", "text")
    if kind == "json_object":
        turns.system.append({"text": JSON_ONLY})
        lost.append(Lost("response_format", "emulated", "asked for in the system prompt"))
    elif kind == "json_schema":
        told = wanted.get("json_schema") or {}
        schema = msgspec.json.encode(told.get("schema") or {}).decode()
        named = {"description": told["description"]} if told.get("description") else {}
        structure = {"jsonSchema": {"name": told.get("name") or "answer", **named, "schema": schema}}
        document["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": structure}}
    elif kind != "text":
        raise media.cant("Bedrock has no answer of this form.", "response_format.type", kind)
