"""What whole replies and streams have in common: content blocks <-> a canonical message, stop reasons, citations.

Law: text, thinking, tool calls and citations have canonical words; the order of blocks, and blocks that only Anthropic
has, stand in `native_blocks` of the message where the usual order would not restore them.
Sources: `anthropic` 2.12, types/content_block.py, stop_reason.py, text_citation.py; OpenRouter API reference, read
2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.errors import BadUpstream
from crossroads_anthropic_messages import reasoning
from crossroads_anthropic_messages.tools import OUTPUT_TOOL

Block = dict[str, Any]

REMEDY = "Retry, or let other providers serve the call."
NATIVE = "native_blocks"
NEW_REASON = "unknown_stop_reason"
"""Of a choice: a word of Anthropic's that this version does not know."""

FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "compaction": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "error": "max_tokens",  # the answer is not whole, which no word of Anthropic's says better
}

EXTRAS = ("container", "context_management", "diagnostics")
"""Of a message, beside its content: they pass under their own names."""


def broken(what: str) -> BadUpstream:
    return BadUpstream(what, remedy=REMEDY)


def finish_reason(native: Any, *, structured: bool = False) -> str | None:
    """The canonical word. structured: the only tool that was called is the one that bears the answer."""
    if not isinstance(native, str) or not native:
        return None
    if structured and native == "tool_use":
        return "stop"
    return FINISH_REASONS.get(native, "stop")


def stop_reason(choice: dict[str, Any], *, called: bool) -> str | None:
    """Anthropic's word: the host's own where it is one, else by the canonical one.

    called: with tool calls an ordinary end is `tool_use`: OpenAI says `stop` where a tool was forced by its name.
    """
    reason, native = choice.get("finish_reason"), choice.get("native_finish_reason")
    if reason is None:
        return None
    if choice.get(NEW_REASON) or FINISH_REASONS.get(native or "") == reason:
        return str(native)
    if called and reason == "stop" and native:
        return "tool_use"
    return "stop_sequence" if choice.get("stop_sequence") else STOP_REASONS.get(reason, "end_turn")


def ending(told: dict[str, Any], *, structured: bool = False) -> dict[str, Any]:
    """The end of a message (or a message_delta's delta) as fields of a choice."""
    native = told.get("stop_reason")
    made = {
        "finish_reason": finish_reason(native, structured=structured),
        "native_finish_reason": native if isinstance(native, str) else None,
    }
    if made["finish_reason"] is not None and native not in FINISH_REASONS:
        made[NEW_REASON] = native
    for name in ("stop_sequence", "stop_details"):
        if told.get(name) is not None:
            made[name] = told[name]
    return made


def explanation(details: Any) -> str | None:
    """Why the model refused, in its words."""
    said = details.get("explanation") if isinstance(details, dict) else None
    return said if isinstance(said, str) and said else None


def annotation(citation: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    """A citation of the text from start to end (characters of the whole answer)."""
    kind = citation.get("type")
    place = {"start_index": start, "end_index": end}
    url = citation.get("url") if kind == "web_search_result_location" else citation.get("source")
    if isinstance(url, str):
        title, said = citation.get("title"), citation.get("cited_text")
        told = {"url": url, "title": title if isinstance(title, str) else "", "content": said or "", **place}
        return {"type": "url_citation", "url_citation": told}
    return {"type": "file_citation", "file_citation": {**citation, **place}}


def citation(annotation: dict[str, Any]) -> dict[str, Any] | None:
    """An annotation as the citation that clients of Anthropic's know; None: it is of another kind."""
    told = annotation.get("url_citation")
    if isinstance(told, dict) and isinstance(told.get("url"), str):
        return {
            "type": "web_search_result_location",
            "url": told["url"],
            "title": told.get("title"),
            "cited_text": told.get("content") or "",
            "encrypted_index": "",
        }
    told = annotation.get("file_citation")
    if isinstance(told, dict) and isinstance(told.get("type"), str):
        return {name: value for name, value in told.items() if name not in ("start_index", "end_index")}
    return None


def canonical_message(content: list[Block]) -> tuple[dict[str, Any], bool]:
    """Content blocks as one message; and: is a forced tool the only one that was called?"""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    texts: list[str] = []
    details: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    layout: list[dict[str, Any]] = []
    size = 0
    answered = False
    for block in content:
        kind = block["type"]
        if kind == "text" or (kind == "tool_use" and block.get("name") == OUTPUT_TOOL):
            text = block["text"] if kind == "text" else msgspec.json.encode(block.get("input") or {}).decode()
            answered = answered or kind == "tool_use"
            cited = [one for one in block.get("citations") or [] if isinstance(one, dict)]
            notes += [annotation(one, size, size + len(text)) for one in cited]
            texts.append(text)
            size += len(text)
            layout.append({"type": "text", "chars": len(text), **({"citations": cited} if cited else {})})
        elif kind in ("thinking", "redacted_thinking"):
            details.append(reasoning.detail(block, len(details)))
            layout.append({"type": "thinking"})
        elif kind == "tool_use":
            calls.append(tool_call(block, len(calls)))
            layout.append({"type": "tool_use", **call_extras(block)})
        else:
            layout.append(block)
    if texts:
        message["content"] = "".join(texts)
    if details:
        message["reasoning"] = "".join(one.get("text") or one.get("summary") or "" for one in details) or None
        message["reasoning_details"] = details
    if calls:
        message["tool_calls"] = calls
    if notes:
        message["annotations"] = notes
    if not _is_usual(layout):
        message[NATIVE] = layout
    return message, answered and not calls


def tool_call(block: Block, number: int) -> dict[str, Any]:
    arguments = msgspec.json.encode(block.get("input") or {}).decode()
    function = {"name": block.get("name") or "", "arguments": arguments}
    return {"id": block.get("id") or f"call_{number}", "type": "function", "function": function}


def call_extras(block: Block) -> dict[str, Any]:
    """What a tool_use block says beyond the call; a direct caller is what everybody assumes."""
    return {
        name: value
        for name, value in block.items()
        if name not in ("type", "id", "name", "input") and value not in (None, {"type": "direct"})
    }


def _is_usual(layout: list[Block]) -> bool:
    """Thinking, then one text, then tool calls, and nothing else to say of any."""
    ranks = {"thinking": 0, "text": 1, "tool_use": 2}
    if any(one["type"] not in ranks or set(one) - {"type", "chars"} for one in layout):
        return False
    order = [ranks[one["type"]] for one in layout]
    return order == sorted(order) and order.count(1) <= 1


def content_blocks(message: dict[str, Any]) -> list[Block]:
    """A canonical message as content blocks for a client."""
    text, details, calls = _pieces(message)
    layout = message.get(NATIVE)
    restored = _restored(layout, text, details, calls) if isinstance(layout, list) else None
    if restored is not None:
        return restored
    made = list(details)
    cited = [one for one in map(citation, message.get("annotations") or []) if one is not None]
    if text or cited:
        made.append({"type": "text", "text": text, **({"citations": cited} if cited else {})})
    return made + calls


def _pieces(message: dict[str, Any]) -> tuple[str, list[Block], list[Block]]:
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(one.get("text") or "" for one in content if isinstance(one, dict))
    text = content or (message.get("audio") or {}).get("transcript") or ""
    for image in message.get("images") or []:
        text += image_note(image)
    details = reasoning.merged([one for one in message.get("reasoning_details") or [] if isinstance(one, dict)])
    if not details and message.get("reasoning"):
        details = [{"type": "reasoning.text", "text": message["reasoning"], "format": "unknown"}]
    return (
        text,
        [reasoning.packed_block(one) for one in details],
        [_tool_use(call, number) for number, call in enumerate(message.get("tool_calls") or [])],
    )


def image_note(image: Any) -> str:
    """An image that a model made, for clients whose format has none in answers: its address, or that it was there."""
    url = ((image or {}).get("image_url") or {}).get("url") or ""
    return f"![image]({url})" if url.startswith("http") else "[an image, which this format can't carry]"


def _tool_use(call: dict[str, Any], number: int) -> Block:
    function = call.get("function") or {}
    return {
        "type": "tool_use",
        "id": call.get("id") or f"call_{number}",
        "name": function.get("name") or "",
        "input": parsed_input(function.get("arguments") or "{}"),
    }


def parsed_input(arguments: str) -> dict[str, Any]:
    """Arguments as the object that clients insist on; what is none stands inside one."""
    try:
        asked = msgspec.json.decode(arguments)
    except (ValueError, RecursionError):
        asked = arguments
    return asked if isinstance(asked, dict) else {"arguments": asked}


def _restored(layout: list[Any], text: str, details: list[Block], calls: list[Block]) -> list[Block] | None:
    """The blocks in their first order; None: the layout is not of this message."""
    made: list[Block] = []
    used, thought, called = 0, iter(details), iter(calls)
    for one in layout:
        kind = one.get("type")
        if kind == "text":
            made.append({"type": "text", "text": text[used : used + one["chars"]]})
            used += one["chars"]
            if "citations" in one:
                made[-1]["citations"] = one["citations"]
        elif kind == "thinking":
            made.append(next(thought, {}))
        elif kind == "tool_use":
            made.append({**next(called, {}), **one})
        else:
            made.append(one)
    whole = used == len(text) and next(thought, None) is None and next(called, None) is None
    return made if whole and all("type" in block for block in made) else None
