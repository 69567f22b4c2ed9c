"""Google generateContent, of the Gemini API and of Vertex AI; a stream is a row of replies.

Source: Google's API reference, "GenerateContentResponse", read 2026-11-25.
"""

from __future__ import annotations

import json
import re
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
    number,
    objects,
    text_of,
    texts,
)

FILTERED = frozenset({"content_filter"})
STEP = re.compile(r"\.(\w+)|\['([^']*)'\]|\[(\d+)\]")
FINISH = {
    "MAX_TOKENS": frozenset({"length"}),
    **dict.fromkeys(
        ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "MODEL_ARMOR"), FILTERED
    ),
}


def reply(document: Any) -> Reading:
    return _read([Event("", document)])


def stream(events: list[Event]) -> Reading:
    return _read(events)


def _read(events: list[Event]) -> Reading:
    reading = Reading(complete=False)
    for _, data in events:
        told = an_object(data)
        reading.failed = reading.failed or "error" in told
        for at, candidate in enumerate(objects(told.get("candidates"))):
            index = candidate.get("index")
            _add(reading.choice(at if index is None else index), candidate)
        if an_object(told.get("promptFeedback")).get("blockReason"):
            said = reading.choice()
            said.finish = said.finish or FILTERED
        usage(reading, an_object(told.get("usageMetadata")))
    reading.complete = any(said.finish for said in reading.choices.values())
    return reading


def _add(said: Choice, candidate: Json) -> None:
    content = an_object(candidate.get("content"))
    parts = content.get("parts")
    for part in objects([parts] if isinstance(parts, dict) else parts):
        said.seals += texts(part.get("thoughtSignature"))
        if part.get("thought"):
            said.thoughts += texts(part.get("text"))
        else:
            said.text += text_of(part.get("text"))
        if isinstance(part.get("functionCall"), dict):
            _add_call(said, part["functionCall"])
        said.media += texts(an_object(part.get("inlineData")).get("data"))
    grounding, quoted = an_object(candidate.get("groundingMetadata")), an_object(candidate.get("citationMetadata"))
    for chunk in objects(grounding.get("groundingChunks")):
        said.notes += texts(an_object(chunk.get("web")).get("uri"), an_object(chunk.get("maps")).get("uri"))
    for one in objects(quoted.get("citations")) + objects(quoted.get("citationSources")):
        said.notes += texts(one.get("uri"))
    if (reason := candidate.get("finishReason")) is not None:
        ordinary = frozenset({"tool_calls"}) if said.calls else frozenset({"stop"})
        said.finish = ordinary if reason in ("STOP", 1) else FINISH.get(reason, ANY)
        said.native = reason if isinstance(reason, str) else None


def _add_call(said: Choice, call: Json) -> None:
    """Whole; or begun by a name, and grown by `partialArgs` of nameless ones after it."""
    if call.get("name") or not said.calls:
        said.calls.append(Asked(text_of(call.get("id")), text_of(call.get("name")), json.dumps(call.get("args") or {})))
    begun = said.calls[-1]
    for piece in objects(call.get("partialArgs")):
        arguments = json.loads(begun.arguments)
        steps = STEP.findall(text_of(piece.get("jsonPath")))
        _set(arguments, [int(index) if index else name or quoted for name, quoted, index in steps], piece)
        begun.arguments = json.dumps(arguments)


def _set(holder: Any, path: list[Any], piece: Json) -> None:
    """Put a value where its path says: texts grow, others are set; what lies on the way is made."""
    for at, key in enumerate(path):
        if isinstance(holder, list) and key == len(holder):
            holder.append(None)
        before = holder[key] if isinstance(holder, list) else holder.get(key)
        if at < len(path) - 1:
            holder[key] = before if before is not None else [] if isinstance(path[at + 1], int) else {}
            holder = holder[key]
        elif "stringValue" in piece:
            holder[key] = text_of(before) + piece["stringValue"]
        else:
            holder[key] = piece.get("numberValue", piece.get("boolValue"))


def usage(reading: Reading, told: Json) -> None:
    """Counts grow from chunk to chunk; the last ones hold. What tools fed in is prompt, thinking is completion."""
    prompt, total = told.get("promptTokenCount"), told.get("totalTokenCount")
    thought, read = number(told.get("thoughtsTokenCount")), told.get("cachedContentTokenCount")
    fed, out = number(told.get("toolUsePromptTokenCount")), number(told.get("candidatesTokenCount"))
    if not is_count(prompt):
        return
    reading.counts.clear()
    reading.count(cache_read=read, reasoning=thought)
    if is_count(total) and total >= prompt + fed + out + thought:
        reading.count(total=total)
    if total == prompt + fed + out + thought:
        reading.count(prompt=prompt + fed, completion=out + thought)
