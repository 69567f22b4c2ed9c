"""IBM watsonx text generation (results), whole and streamed; its chat has OpenAI's shape.

Source: IBM watsonx.ai API reference, "Text generation", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.readers import openai_chat
from crossroads_dialect.reading import ANY, Reading, an_object, number, objects, text_of, words

FINISH = words(
    eos_token="stop", stop_sequence="stop", max_tokens="length", token_limit="length",  # noqa: S106
    time_limit="length error", cancelled="error", error="error",
)  # fmt: skip


def reply(document: Any) -> Reading:
    if "choices" in an_object(document):
        return openai_chat.reply(document)
    return _read([Event("", document)])


def stream(events: list[Event]) -> Reading:
    if any("choices" in an_object(data) for _, data in events):
        return openai_chat.stream(events)
    return _read(events)


def _read(events: list[Event]) -> Reading:
    """The output count is of all so far, the input count of one event only."""
    reading = Reading(complete=False)
    prompt = completion = 0
    for name, data in events:
        told = an_object(data)
        reading.failed = reading.failed or bool(told.get("errors")) or name == "error"
        for one in objects(told.get("results")):
            said = reading.choice()
            said.text += text_of(one.get("generated_text"))
            prompt += number(one.get("input_token_count"))
            completion = max(completion, number(one.get("generated_token_count")))
            reason = text_of(one.get("stop_reason"))
            if reason and reason != "not_finished":
                said.finish, said.native = FINISH.get(reason, ANY), reason
                reading.complete = True
    if reading.choices:
        reading.count(prompt=prompt, completion=completion)
    return reading
