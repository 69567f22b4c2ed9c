"""Amazon Bedrock Converse: content blocks, whole or put together from an event stream.

Source: Amazon Bedrock API reference, "Converse" and "ConverseStream", read 2026-11-25.
"""

from __future__ import annotations

import json
from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import (
    ANY,
    Asked,
    Choice,
    Json,
    Reading,
    an_object,
    is_count,
    joined,
    leaves,
    number,
    objects,
    text_of,
    texts,
    words,
)

FINISH = words(
    end_turn="stop", stop_sequence="stop", max_tokens="length", model_context_window_exceeded="length",
    tool_use="tool_calls", guardrail_intervened="content_filter", content_filtered="content_filter",
)  # fmt: skip


def reply(document: Any) -> Reading:
    reading = Reading()
    told = an_object(document)
    if "output" not in told:
        reading.failed = True
        return reading
    said = reading.choice()
    for block in objects(an_object(an_object(told["output"]).get("message")).get("content")):
        _add(said, block)
    if reason := text_of(told.get("stopReason")):
        said.finish, said.native = FINISH.get(reason, ANY), reason
    usage(reading, an_object(told.get("usage")))
    return reading


def stream(events: list[Event]) -> Reading:
    blocks: dict[Any, Json] = {}
    document: Json = {}
    failed = complete = False
    for name, data in events:
        told = an_object(data)
        index = told.get("contentBlockIndex")
        if name == "contentBlockStart":
            blocks.setdefault(index, {}).update(_copied(an_object(told.get("start"))))
        elif name == "contentBlockDelta":
            _grow(blocks.setdefault(index, {}), an_object(told.get("delta")))
        elif name == "messageStop":
            document["stopReason"] = told.get("stopReason")
            complete = True
        elif name == "metadata":
            document["usage"] = told.get("usage")
        elif name.endswith("Exception"):
            failed = True
    reading = reply({**document, "output": {"message": {"content": list(blocks.values())}}})
    reading.failed, reading.complete = failed, complete
    return reading


def _copied(start: Json) -> Json:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in start.items()}


def _grow(block: Json, delta: Json) -> None:
    """Texts grow, at any depth; citations gather."""
    for name, value in delta.items():
        if name == "citation":
            block.setdefault("citationsContent", {}).setdefault("citations", []).append(value)
        elif isinstance(value, dict):
            _grow(block.setdefault(name, {}), value)
        elif isinstance(value, str):
            block[name] = text_of(block.get(name)) + value


def _add(said: Choice, block: Json) -> None:
    cited = an_object(block.get("citationsContent"))
    said.text += text_of(block.get("text")) + joined(objects(cited.get("content")))
    for note in objects(cited.get("citations")):
        said.notes += texts(*leaves(note.get("sourceContent")), note.get("title"))
    thought = an_object(block.get("reasoningContent"))
    told = an_object(thought.get("reasoningText")) or thought
    said.thoughts += texts(told.get("text"))
    said.seals += texts(told.get("signature"), thought.get("redactedContent"))
    if use := an_object(block.get("toolUse")):
        asked = use.get("input") or {}
        arguments = asked if isinstance(asked, str) else json.dumps(asked)  # of a stream: text, perhaps cut
        said.calls.append(Asked(text_of(use.get("toolUseId")), text_of(use.get("name")), arguments))


def usage(reading: Reading, told: Json) -> None:
    fresh, out = told.get("inputTokens"), told.get("outputTokens")
    read, written = number(told.get("cacheReadInputTokens")), number(told.get("cacheWriteInputTokens"))
    if is_count(fresh) and is_count(out):
        reading.count(prompt=fresh + read + written, completion=out, cache_read=read, cache_write=written)
