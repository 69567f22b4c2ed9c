"""What a reply of version 1 says <-> canonical: text, calls, citations, ends, usage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from crossroads_cohere_v2 import said as v2
from crossroads_cohere_v2.usage import cohere_usage, parse_usage
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.types.usage import Cost, Usage
from crossroads_cohere_v1.wire import Json, Said, ToolCall

DOCUMENTS_MAX = 4096
"""Of a stream, that citations may refer to."""
COUNTS = ("billed_units", "tokens", "cached_tokens")


def finish_reason(native: str | None, called: bool) -> str:
    """Version 1 says COMPLETE after calls too; a reply without a word has ended all the same."""
    reason = v2.finish_reason(native) or "stop"
    return "tool_calls" if called and reason == "stop" else reason


def native_reason(reason: Any, native: Any) -> str:
    return "COMPLETE" if reason == "tool_calls" else v2.native_reason(reason, native)


def canonical_message(told: Said) -> Json:
    made: Json = {"role": "assistant", "content": told.text or (None if told.tool_calls else "")}
    if told.tool_calls:
        made["tool_calls"] = [canonical_call(call, at) for at, call in enumerate(told.tool_calls)]
    if told.citations:
        documents = by_id(told.documents)
        made["annotations"] = [annotation(one, documents) for one in told.citations]
    return made


def canonical_call(call: ToolCall, index: int) -> Json:
    """With an id made of what it says and its place, for version 1 names none: both ways through it give the same."""
    arguments = msgspec.json.encode(call.parameters or {})
    made = "call_" + hashlib.sha256(b"%d %b %b" % (index, call.name.encode(), arguments)).hexdigest()[:12]
    return {"id": made, "type": "function", "function": {"name": call.name, "arguments": arguments.decode()}}


def by_id(documents: Iterable[Json] | None) -> dict[str, Json]:
    return {one["id"]: one for one in documents or () if isinstance(one.get("id"), str)}


def annotation(citation: Json, documents: dict[str, Json]) -> Json:
    """A url_citation where a document that it cites has a URL; Cohere's own object stays in it."""
    ids = citation.get("document_ids")
    known = (
        [documents[id_] for id_ in ids if isinstance(id_, str) and id_ in documents] if isinstance(ids, list) else []
    )
    cited = next((one for one in known if isinstance(one.get("url"), str)), None)
    if cited is None:
        return {"type": "citation", "citation": citation}
    made = v2.annotation({**citation, "sources": [{"type": "document", "id": cited["id"], "document": cited}]})
    return {**made, "citation": citation, "document_id": cited["id"]}


def citations(notes: Any) -> tuple[list[Json], dict[str, Json]]:
    """Cohere's citations of canonical annotations, and the documents that they name, by id."""
    made: list[Json] = []
    documents: dict[str, Json] = {}
    for note in notes or []:
        if (one := v2.citation(note)) is None:
            continue
        listed = one.pop("sources", None)
        sources = [source for source in listed if isinstance(source, dict)] if isinstance(listed, list) else []
        if "document_ids" not in one:
            one["document_ids"] = [str(source.get("id")) for source in sources if source.get("id")]
            documents |= by_id(source.get("document") or {} for source in sources)
        elif (id_ := note.get("document_id")) is not None:
            told = note.get("url_citation") or {}
            page = {"url": told.get("url"), "title": told.get("title") or "", "snippet": told.get("content") or ""}
            documents[id_] = {"id": id_, **page}
        made.append({name: value for name, value in one.items() if value is not None})
    return made, documents


def usage_of(told: Said) -> Usage | None:
    if (usage := parse_usage(told.meta)) is not None:
        return usage
    given, made = ((told.token_count or {}).get(name) for name in ("prompt_tokens", "response_tokens"))
    if not all(type(count) is int and 0 <= count <= TOKENS_MAX for count in (given, made)):
        return None
    return Usage(input_tokens=given, output_tokens=made)


def canonical_usage(told: Said, usage: Usage | None) -> Json | None:
    """OpenAI's counts, and Cohere's own beside them. None: it told none."""
    kept = {name: told.meta[name] for name in COUNTS if name in told.meta} if told.meta is not None else {}
    if usage is not None:
        kept["prompt_tokens"], kept["completion_tokens"] = usage.prompt_tokens, usage.completion_tokens
        kept["total_tokens"] = usage.prompt_tokens + usage.completion_tokens
    return kept or None


def meta(theirs: Any, usage: Usage, cost: Cost) -> Json:
    """For a client of Cohere's. theirs: the `usage` of a canonical document, or Cohere's own `meta`."""
    kept = theirs if isinstance(theirs, dict) else {}
    about = {name: kept[name] for name in ("api_version", "is_experimental", "warnings") if name in kept}
    return {"api_version": {"version": "1"}, **about, **cohere_usage(kept, usage, cost)}
