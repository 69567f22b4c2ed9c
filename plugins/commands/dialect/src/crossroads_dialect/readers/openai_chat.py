"""OpenAI chat and text completions, as the many hosts that speak them do; and canonical documents, which look alike.

Sources: OpenAI API reference, OpenRouter API reference ("Reasoning tokens"), DeepSeek's (`reasoning_content`), read
2026-11-25.
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
    number,
    objects,
    text_of,
    texts,
    words,
)

FINISH = words(
    stop="stop", eos="stop", eos_token="stop", end_turn="stop", stop_sequence="stop",  # noqa: S106
    length="length", max_tokens="length", model_length="length",
    tool_calls="tool_calls", tool_use="tool_calls", function_call="tool_calls function_call",
    content_filter="content_filter", error="error",
)  # fmt: skip
ERRORS = ("error", "message", "detail")


def reply(document: Any) -> Reading:
    reading = Reading()
    document = an_object(document)
    for at, choice in enumerate(objects(document.get("choices"))):
        index = choice.get("index")
        said = reading.choice(at if index is None else index)
        add(said, an_object(choice.get("message")) or choice, {})
        end(said, choice)
    usage(reading, document.get("usage"))
    cited(reading, document)
    reading.failed = bool(document.get("error")) or ("choices" not in document and any(map(document.get, ERRORS)))
    return reading


def stream(events: list[Event]) -> Reading:
    reading = Reading(complete=False)
    calls: dict[int, dict[Any, Asked]] = {}
    for name, data in events:
        if data == "[DONE]":
            reading.complete = True
            break
        if not isinstance(data, dict):
            continue
        if data.get("error") or name == "error":
            reading.failed = True
        for choice in objects(data.get("choices")):
            index = choice.get("index") or 0
            said = reading.choice(index)
            add(said, an_object(choice.get("delta")) or choice, calls.setdefault(index, {}))
            end(said, choice)
        usage(reading, data.get("usage"))
        cited(reading, data)
    reading.complete = reading.complete or all(choice.finish for choice in reading.choices.values())
    return reading


def add(said: Choice, message: Json, calls: dict[Any, Asked]) -> None:
    """What a message says, or a delta adds. calls: those that deltas have begun, by number or id."""
    content = message.get("content", message.get("text"))
    said.text += content if isinstance(content, str) else joined(objects(content))
    said.refusal += text_of(message.get("refusal"))
    said.thoughts += texts(message.get("reasoning") or message.get("reasoning_content"))
    for detail in objects(message.get("reasoning_details")):
        said.details += texts(detail.get("text"), detail.get("summary"))
        _seal(said, detail)
    legacy = an_object(message.get("function_call"))
    for call in ([{"index": "legacy", "function": legacy}] if legacy else []) + objects(message.get("tool_calls")):
        _add_call(said, call, calls)
    for note in objects(message.get("annotations")):
        inner = an_object(note.get("url_citation")) or note
        said.notes += texts(inner.get("url"))
    sound = an_object(message.get("audio"))
    _grow(said, "audio", text_of(sound.get("data")))
    for image in objects(message.get("images")):
        said.media += texts(an_object(image.get("image_url")).get("url"))


def _seal(said: Choice, detail: Json) -> None:
    said.seals += texts(detail.get("signature"), detail.get("data"))


def _grow(said: Choice, kind: str, data: str) -> None:
    """Audio comes in pieces of one: they are one medium."""
    if data and said.media and kind == "audio":
        said.media[-1] += data
    else:
        said.media += texts(data)


def _add_call(said: Choice, call: Json, calls: dict[Any, Asked]) -> None:
    """By number where the host numbers them; else a new id begins a call, and what has none goes to the last."""
    function = an_object(call.get("function")) or an_object(call.get("custom"))
    index, id_ = call.get("index"), text_of(call.get("id"))
    key = index if index is not None else id_ or next(reversed(calls), object())
    begun = calls.get(key)
    if begun is None or (index is None and not calls):
        begun = calls[key] = Asked()
        said.calls.append(begun)
    begun.id = begun.id or id_
    begun.name = begun.name or text_of(function.get("name"))
    arguments = function.get("arguments", function.get("input"))
    begun.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else ""


def end(said: Choice, choice: Json) -> None:
    """A gateway tells the word of the host behind it too: then that is the native one."""
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason:
        said.finish, said.native = (
            FINISH.get(reason.lower(), ANY),
            text_of(choice.get("native_finish_reason")) or reason,
        )


def cited(reading: Reading, document: Json) -> None:
    """Perplexity and xAI cite beside the choices."""
    urls = document.get("citations")
    if isinstance(urls, list) and reading.choices:
        said = reading.choice(min(reading.choices))
        said.notes += [url for url in texts(*urls) if url not in said.notes]


def usage(reading: Reading, raw: Any) -> None:
    """Hosts disagree on what lies inside what: only what cannot be read two ways is noted. The last one counts."""
    told = an_object(raw)
    prompt, completion, total = (told.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    if not (is_count(prompt) and is_count(completion)):
        if is_count(prompt) and is_count(total):
            reading.count(prompt=prompt)
        return
    reading.counts.clear()
    inside, outside = an_object(told.get("prompt_tokens_details")), an_object(told.get("completion_tokens_details"))
    read = number(inside.get("cached_tokens")) or number(told.get("prompt_cache_hit_tokens"))
    thought = number(outside.get("reasoning_tokens")) or number(told.get("reasoning_tokens"))
    if is_count(total) and total > prompt + completion:
        reading.count(total=total, cache_read=read)
    elif is_count(total) or not (read > prompt or thought > completion or "cache_read_input_tokens" in told):
        reading.count(prompt=prompt, completion=completion)
        reading.count(cache_read=min(read, prompt), reasoning=min(thought, completion))
