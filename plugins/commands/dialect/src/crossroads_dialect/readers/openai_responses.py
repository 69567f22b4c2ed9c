"""OpenAI responses: output items, whole or as the stream's finished items.

Source: OpenAI API reference, "Responses" and its streaming events, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import (
    ANY,
    Asked,
    Choice,
    Json,
    Reading,
    an_object,
    joined,
    objects,
    text_of,
    texts,
)

ENDS = ("response.completed", "response.incomplete", "response.failed", "response.done")
INCOMPLETE = {"max_output_tokens": frozenset({"length"}), "content_filter": frozenset({"content_filter"})}


def reply(document: Any) -> Reading:
    reading = Reading()
    told = an_object(document)
    reading.failed = told.get("status") == "failed" or (bool(told.get("error")) and not told.get("output"))
    if "output" not in told:
        return reading
    said = reading.choice()
    for item in objects(told["output"]):
        _add(said, item)
    _end(said, told)
    usage(reading, told.get("usage"))
    return reading


def stream(events: list[Event]) -> Reading:
    items: dict[Any, Json] = {}
    texts_: dict[tuple[Any, Any], str] = {}
    last: Json | None = None
    failed = False
    for name, data in events:
        if not isinstance(data, dict):
            continue
        kind = data.get("type") or name
        if kind == "response.output_item.done":
            items[data.get("output_index")] = an_object(data.get("item"))
        elif kind == "response.output_text.delta":
            key = (data.get("output_index"), data.get("content_index"))
            texts_[key] = texts_.get(key, "") + text_of(data.get("delta"))
        elif kind in ENDS:
            last = an_object(data.get("response"))
            break
        elif kind in ("error", "response.error"):
            failed = True
    output = list(items.values()) or (last or {}).get("output") or []  # a host may seal reasoning anew at the end
    reading = reply({**(last or {}), "output": output})
    if not output and texts_:
        reading.choice().text = "".join(texts_.values())
    reading.failed, reading.complete = failed or reading.failed, last is not None
    return reading


def _add(said: Choice, item: Json) -> None:
    kind = item.get("type")
    if kind == "message" and item.get("role", "assistant") == "assistant":
        for part in objects(item.get("content")):
            said.text += text_of(part.get("text"))
            said.refusal += text_of(part.get("refusal"))
            for note in objects(part.get("annotations")):
                said.notes += texts(note.get("url"), note.get("file_id"))
    elif kind == "reasoning":
        said.thoughts += texts(joined(objects(item.get("summary"))), joined(objects(item.get("content"))))
        said.seals += texts(item.get("encrypted_content"))
    elif kind in ("function_call", "custom_tool_call"):
        arguments = item.get("arguments") if kind == "function_call" else item.get("input")
        said.calls.append(Asked(text_of(item.get("call_id")), text_of(item.get("name")), text_of(arguments)))
    elif kind == "image_generation_call":
        said.media += texts(item.get("result"))


def _end(said: Choice, told: Json) -> None:
    status = told.get("status")
    if status == "completed":
        functions = any(item.get("type") == "function_call" for item in objects(told["output"]))
        said.finish = frozenset({"tool_calls"}) if functions else frozenset({"stop"})
        if said.calls and not functions:
            said.finish |= {"tool_calls"}
        if said.refusal:
            said.finish |= {"content_filter"}
    elif status == "incomplete":
        said.finish = INCOMPLETE.get(text_of(an_object(told.get("incomplete_details")).get("reason")), ANY)


def usage(reading: Reading, raw: Any) -> None:
    told = an_object(raw)
    reading.count(prompt=told.get("input_tokens"), completion=told.get("output_tokens"))
    reading.count(
        cache_read=an_object(told.get("input_tokens_details")).get("cached_tokens"),
        reasoning=an_object(told.get("output_tokens_details")).get("reasoning_tokens"),
    )
