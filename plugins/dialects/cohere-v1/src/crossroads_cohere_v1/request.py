"""Chat requests: a client's fields of version 1 -> canonical JSON, not yet validated; a canonical request -> fields.

Tables first. A field that neither side names passes untouched. What a client of Cohere's wrote of turns and tools stays
beside the request (`Original`): unchanged it goes out as it came.
Source: cohere 7.3.1, `base_client.py` (parameters of `chat`), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_cohere_v2 import decode as v2
from crossroads_cohere_v2 import encode as v2_encode
from crossroads_cohere_v2.messages import messages_of
from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import FALSE, ROUTER_KINDS, TRUE, plain

from crossroads import jsonbody
from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.jsonbody import Kind
from crossroads.original import Original
from crossroads_cohere_v1.tools import canonical_tools, cohere_tools
from crossroads_cohere_v1.turns import FIELDS, canonical_messages, cohere_turns

Json = dict[str, Any]

NAME = "cohere-v1"
NO_SUCH = "Cohere's version 1 has no such parameter"

SAMPLING_KINDS: dict[str, Kind] = {
    **ROUTER_KINDS,
    "frequency_penalty": jsonbody.NUMBER,
    "k": jsonbody.INTEGER,
    "max_tokens": jsonbody.COUNT,
    "p": jsonbody.NUMBER,
    "presence_penalty": jsonbody.NUMBER,
    "seed": jsonbody.INTEGER,
    "stop_sequences": jsonbody.STRINGS,
    "temperature": jsonbody.NUMBER,
}
KINDS: dict[str, Kind] = {
    **SAMPLING_KINDS,
    "chat_history": jsonbody.ARRAY,
    "connectors": jsonbody.ARRAY,
    "documents": jsonbody.ARRAY,
    "message": jsonbody.STRING,
    "preamble": jsonbody.STRING,
    "response_format": jsonbody.OBJECT,
    "tool_results": jsonbody.ARRAY,
    "tools": jsonbody.ARRAY,
}

OWN = frozenset(
    {
        "citation_quality", "force_single_step", "max_input_tokens", "num_generations", "priority", "prompt_truncation",
        "raw_prompting", "return_prompt", "safety_mode",
    }
)  # fmt: skip
NEEDED = frozenset({"connectors", "conversation_id", "documents", "search_queries_only"})
"""Cohere's alone: another dialect goes without the former, and an answer without the latter makes no sense."""

DROPPED = v2_encode.DROPPED | {"logprobs"}


def canonical_fields(fields: Fields) -> tuple[Json, Original]:
    """And what of it only Cohere would write so."""
    document: Json = {v2.RENAMED.get(name, name): value for name, value in fields.items() if name not in FIELDS}
    kept: Json = {name: plain(fields[name]) for name in (*FIELDS, "tools") if name in fields}
    document |= {name: plain(document[name]) for name in (OWN | NEEDED) & set(document)}
    vendor.keep(NAME, document, drops=OWN, needs=NEEDED)
    wanted = plain(document.get("response_format"))
    if isinstance(wanted, dict) and wanted.get("schema") is not None:
        document["response_format"] = {"type": "json_schema", "json_schema": {"schema": wanted["schema"]}}
    document["messages"] = canonical_messages(kept)
    if "tools" in kept:
        document["tools"] = canonical_tools(kept["tools"])
    return document, Original(NAME, kept)


def cohere_fields(fields: Json, kept: Json) -> tuple[Fields, list[Lost]]:
    """kept: what a client of this format wrote of turns and tools. Raises Unsupported."""
    fields = vendor.restored(NAME, fields)
    lost: list[Lost] = []
    document = {name: fields[name] for name in ("stream",) if name in fields}
    document |= v2_encode.plain_fields(fields, lost, DROPPED)
    v2_encode.refuse_what_no_version_has(fields)
    if fields.get("parallel_tool_calls") is False:
        lost.append(Lost("parallel_tool_calls", "dropped", NO_SUCH))
    if kept and canonical_messages(kept) == fields.get("messages"):
        document |= {name: kept[name] for name in FIELDS if name in kept}
    else:
        document |= cohere_turns(messages_of(fields, lost), lost)
    v2_encode.set_limits(document, lost)
    if "tools" in kept and canonical_tools(kept["tools"]) == fields.get("tools"):
        document["tools"] = kept["tools"]
    elif (tools := cohere_tools(fields, lost)) is not None:
        document["tools"] = tools
    _set_format(document, fields.get("response_format"))
    _report_thinking(fields, lost)
    return document, list(dict.fromkeys(lost))


def draft(fields: Mapping[str, Any], lost: list[Lost], *, url: str, upstream: str, stream: bool) -> Draft:
    """What goes to the upstream, of a client's own fields or of encoded ones."""
    document: Fields = {**fields, "model": upstream}
    if stream:
        document["stream"] = TRUE
    elif "stream" in document:
        document["stream"] = FALSE
    accept = b"application/stream+json" if stream else b"application/json"
    headers = ((b"content-type", b"application/json"), (b"accept", accept))
    return Draft(document=document, url=url, headers=headers, lost=lost)


def _set_format(document: Fields, wanted: Any) -> None:
    if wanted is None:
        return
    kind = wanted.get("type")
    if kind == "json_schema":
        schema = (wanted.get("json_schema") or {}).get("schema")
        document["response_format"] = {"type": "json_object", **({} if schema is None else {"schema": schema})}
    elif kind in ("text", "json_object"):
        document["response_format"] = wanted
    else:
        remedy = v2_encode.REMEDY
        raise Unsupported("Cohere has no such format.", remedy=remedy, field="response_format", value=kind)


def _report_thinking(fields: Json, lost: list[Lost]) -> None:
    wanted = dict(fields.get("reasoning") or {})
    effort = wanted.get("effort") or fields.get("reasoning_effort")
    if effort not in (None, "none") or wanted.get("max_tokens") or wanted.get("enabled"):
        lost.append(Lost("reasoning", "dropped", "Cohere's version 1 can't be told to think"))
