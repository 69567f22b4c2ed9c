"""Anthropic messages: content blocks, whole or put together from their deltas.

Source: Anthropic API reference, "Messages" and "Streaming messages", read 2026-11-25.
"""

from __future__ import annotations

import json
from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import (
    ANY,
    Asked,
    Json,
    Reading,
    an_object,
    is_count,
    number,
    objects,
    text_of,
    texts,
    words,
)

FINISH = words(
    end_turn="stop", stop_sequence="stop", max_tokens="length", model_context_window_exceeded="length",
    tool_use="tool_calls", refusal="content_filter",
)  # fmt: skip
GROWS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


def reply(document: Any) -> Reading:
    reading = Reading()
    told = an_object(document)
    if told.get("type") == "error" or told.get("error"):
        reading.failed = True
        return reading
    said = reading.choice()
    for block in objects(told.get("content")):
        kind = block.get("type")
        if kind == "text":
            said.text += text_of(block.get("text"))
            for note in objects(block.get("citations")):
                said.notes += texts(note.get("url"), note.get("source"), note.get("cited_text"))
        elif kind == "thinking":
            said.thoughts += texts(block.get("thinking"))
            said.seals += texts(block.get("signature"))
        elif kind == "redacted_thinking":
            said.seals += texts(block.get("data"))
        elif kind == "tool_use":
            arguments = text_of(block.get("json")) or json.dumps(block.get("input") or {})
            said.calls.append(Asked(text_of(block.get("id")), text_of(block.get("name")), arguments))
    reason = told.get("stop_reason")
    if isinstance(reason, str):
        said.finish, said.native = FINISH.get(reason, ANY), reason
    usage(reading, an_object(told.get("usage")))
    return reading


def stream(events: list[Event]) -> Reading:
    document: Json = {"content": []}
    blocks: dict[Any, Json] = {}
    failed = complete = False
    for name, data in events:
        if not isinstance(data, dict):
            continue
        kind = data.get("type") or name
        if kind == "message_start":
            document |= an_object(data.get("message")) | {"content": []}
        elif kind == "content_block_start":
            blocks[data.get("index")] = dict(an_object(data.get("content_block")))
            document["content"].append(blocks[data.get("index")])
        elif kind == "content_block_delta":
            _grow(blocks.get(data.get("index"), {}), an_object(data.get("delta")))
        elif kind == "message_delta":
            document |= an_object(data.get("delta"))
            later = {key: value for key, value in an_object(data.get("usage")).items() if value is not None}
            document["usage"] = an_object(document.get("usage")) | later
        elif kind == "message_stop":
            complete = True
        elif kind == "error":
            failed = True
    reading = reply(document)
    reading.failed, reading.complete = failed, complete
    return reading


def _grow(block: Json, delta: Json) -> None:
    kind = delta.get("type")
    if (name := GROWS.get(text_of(kind))) is not None:
        block[name] = text_of(block.get(name)) + text_of(delta.get(name))
    elif kind == "input_json_delta":
        block["json"] = text_of(block.get("json")) + text_of(delta.get("partial_json"))
    elif kind == "citations_delta":
        block["citations"] = [*(block.get("citations") or []), delta.get("citation")]


def usage(reading: Reading, told: Json) -> None:
    """Cache reads and writes lie beside the input. What a compaction used is in no total: then only parts are sure."""
    fresh, out = told.get("input_tokens"), told.get("output_tokens")
    read, written = number(told.get("cache_read_input_tokens")), number(told.get("cache_creation_input_tokens"))
    if not (is_count(fresh) and is_count(out)):
        return
    if any(one.get("type") == "compaction" for one in objects(told.get("iterations"))):
        return
    reading.count(prompt=fresh + read + written, completion=out, cache_read=read, cache_write=written)
    reading.count(reasoning=an_object(told.get("output_tokens_details")).get("thinking_tokens"))
