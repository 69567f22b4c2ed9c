"""What a message of Cohere's says <-> canonical: text, thinking, tool plan, calls, citations, finish reasons.

content[] thinking   <->  reasoning_details, reasoning.text with an index
tool_plan            <->  reasoning_details, reasoning.text with the id "tool_plan"
citations[]          <->  annotations: a url_citation where a source has a URL; the citation itself stays in it
"""

from __future__ import annotations

import math
from typing import Any

from crossroads_cohere_v2.wire import Message, ToolCall

Json = dict[str, Any]
FORMAT = "unknown"
"""OpenRouter's vocabulary of reasoning formats has no word for Cohere."""
PLAN = "tool_plan"

FINISH_REASONS = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "USER_CANCEL": "stop",
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
    "ERROR": "error",
    "TIMEOUT": "error",
}
NATIVE = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "error": "ERROR"}


def finish_reason(native: str | None) -> str | None:
    """The canonical word; unknown ones mean an ordinary end."""
    return FINISH_REASONS.get(native, "stop") if native else None


def native_reason(reason: Any, native: Any) -> str:
    """Cohere's word for how it ended: the native one where it says the same."""
    if isinstance(native, str) and FINISH_REASONS.get(native) == reason:
        return native
    return "ERROR_TOXIC" if reason == "content_filter" else NATIVE.get(reason, "COMPLETE")


def canonical_message(message: Message) -> Json:
    blocks = message.content
    if isinstance(blocks, str):
        text, details = blocks, []
    else:
        text = "".join(block.text or "" for block in blocks or () if block.thinking is None)
        details = [
            thought(block.thinking, index) for index, block in enumerate(blocks or ()) if block.thinking is not None
        ]
    if message.tool_plan:
        details = [thought(message.tool_plan, None), *details]
    made: Json = {"role": "assistant", "content": text if blocks or not message.tool_calls else None}
    if details:
        made |= {"reasoning": "".join(detail["text"] for detail in details), "reasoning_details": details}
    if message.tool_calls:
        made["tool_calls"] = [canonical_call(call) for call in message.tool_calls]
    if message.citations:
        made["annotations"] = [annotation(citation) for citation in message.citations]
    return made


def thought(text: str, index: int | None) -> Json:
    """index: of the content block; None: the tool plan."""
    place = {"id": PLAN} if index is None else {"index": index}
    return {"type": "reasoning.text", "text": text, "format": FORMAT, **place}


def canonical_call(call: ToolCall) -> Json:
    function = call.function
    name, arguments = (function.name, function.arguments) if function else (None, None)
    return {"id": call.id, "type": "function", "function": {"name": name or "", "arguments": arguments or ""}}


def cohere_message(said: Json) -> Json:
    """A canonical assistant message, of a reply or of a request, without what Cohere has no place for."""
    plan, blocks = reasoning_blocks(said)
    content = said.get("content")
    if isinstance(content, list):
        blocks += [{"type": "text", "text": part["text"]} for part in content if part.get("type") == "text"]
    elif isinstance(content, str) and (content or not (blocks or said.get("tool_calls"))):
        blocks.append({"type": "text", "text": content})
    made: Json = {"role": "assistant"}
    if blocks:
        made["content"] = blocks
    if plan:
        made[PLAN] = plan
    if said.get("tool_calls"):
        made["tool_calls"] = said["tool_calls"]
    citations = [one for note in said.get("annotations") or [] if (one := citation(note)) is not None]
    if citations:
        made["citations"] = citations
    return made


def reasoning_blocks(said: Json) -> tuple[str, list[Json]]:
    """The tool plan and the thinking blocks of a canonical message."""
    details = said.get("reasoning_details")
    if not isinstance(details, list) or not details:
        text = said.get("reasoning") or said.get("reasoning_content")
        return "", [{"type": "thinking", "thinking": text}] if isinstance(text, str) and text else []
    plan, blocks = "", []
    for detail in details:
        text = detail.get("text", detail.get("summary"))
        if not isinstance(text, str):
            continue
        if detail.get("id") == PLAN:
            plan += text
        else:
            blocks.append({"type": "thinking", "thinking": text})
    return plan, blocks


def annotation(citation: Json) -> Json:
    """A url_citation where the citation has a place in the text and a source with a URL."""
    sources = citation.get("sources")
    for source in sources if isinstance(sources, list) else []:
        held = source.get("document") or source.get("tool_output") or {} if isinstance(source, dict) else {}
        url = held.get("url") if isinstance(held, dict) else None
        if isinstance(url, str) and citation.get("type") in (None, "TEXT_CONTENT"):
            told = {
                "url": url,
                "title": held.get("title") or "",
                "content": held.get("text") or held.get("snippet") or "",
                "start_index": citation.get("start"),
                "end_index": citation.get("end"),
            }
            return {"type": "url_citation", "url_citation": told, "citation": citation}
    return {"type": "citation", "citation": citation}


def citation(note: Any) -> Json | None:
    """Cohere's citation, as it was, or made of another's url_citation. None: Cohere has no word for it."""
    if not isinstance(note, dict):
        return None
    if isinstance(note.get("citation"), dict):
        return dict(note["citation"])
    told = note.get("url_citation")
    if not isinstance(told, dict) or not told.get("url"):
        return None
    document = {"id": told["url"], "url": told["url"], "title": told.get("title") or ""}
    if told.get("content"):
        document["text"] = told["content"]
    return {
        "start": told.get("start_index"),
        "end": told.get("end_index"),
        "text": told.get("content") or "",
        "sources": [{"type": "document", "id": told["url"], "document": document}],
        "type": "TEXT_CONTENT",
    }


def canonical_logprob(item: Json) -> Json:
    """One chunk of text. Its log probability is the sum over its tokens; these stay beside it."""
    values = item.get("logprobs")
    numbers = [v for v in values if isinstance(v, (int, float))] if isinstance(values, list) else []
    total = math.fsum(numbers)
    return {**item, "token": item.get("text") or "", "logprob": total, "bytes": None, "top_logprobs": []}


def cohere_logprob(item: Json) -> Json:
    made: Json = {name: item[name] for name in ("text", "token_ids", "logprobs") if name in item}
    if made:
        return made
    return {"text": item.get("token") or "", "token_ids": [], "logprobs": [item.get("logprob")]}
