"""Ollama chat and generate: one JSON object, or one a line.

Source: Ollama's docs/api.md, read 2026-11-25.
"""

from __future__ import annotations

import json
from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import ANY, Asked, Reading, an_object, objects, text_of, texts, words

FINISH = words(stop="stop", length="length", load="stop", unload="stop")


def reply(document: Any) -> Reading:
    return _read([Event("", document)])


def stream(events: list[Event]) -> Reading:
    return _read(events)


def _read(events: list[Event]) -> Reading:
    reading = Reading(complete=False)
    said = reading.choice()
    for _, data in events:
        told = an_object(data)
        reading.failed = reading.failed or "error" in told
        message = an_object(told.get("message"))
        said.text += text_of(message.get("content")) + text_of(told.get("response"))
        said.thoughts += texts(message.get("thinking"), told.get("thinking"))
        for call in objects(message.get("tool_calls")):
            function = an_object(call.get("function"))
            arguments = function.get("arguments")
            written = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
            said.calls.append(Asked(text_of(call.get("id")), text_of(function.get("name")), written))
        if told.get("done"):
            reason = told.get("done_reason") or "stop"
            said.finish = FINISH.get(reason, ANY) | ({"tool_calls"} if said.calls else set())
            said.native = text_of(told.get("done_reason")) or None
            reading.count(prompt=told.get("prompt_eval_count"), completion=told.get("eval_count"))
            reading.complete = True
    return reading
