"""Amazon Bedrock InvokeModel: each maker's own format, told apart by its fields.

Source: Amazon Bedrock user guide, "Inference request parameters and response fields", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.readers import anthropic, bedrock_converse, cohere, openai_chat
from crossroads_dialect.reading import ANY, Reading, an_object, number, objects, text_of, texts, whole, words

FINISH = words(
    stop="stop", stop_sequence="stop", end_turn="stop", endoftext="stop", complete="stop", finish="stop",
    finished="stop", length="length", max_tokens="length", error="error", content_filtered="content_filter",
)  # fmt: skip
METRICS = "amazon-bedrock-invocationMetrics"


def reply(document: Any) -> Reading:
    told = an_object(document)
    if "choices" in told:
        return openai_chat.reply(told)
    if isinstance(told.get("content"), list):
        return anthropic.reply(told)
    if "output" in told:
        return bedrock_converse.reply(told)
    if "text" in told and ("chat_history" in told or "generation_id" in told):
        return cohere.reply(told)
    reading = Reading()
    reading.failed = not _add(reading, told)
    return reading


def stream(events: list[Event]) -> Reading:
    first = next((an_object(data) for _, data in events if isinstance(data, dict)), {})
    failed = any(name.endswith("Exception") for name, _ in events)
    if first.get("type") in ("message_start", "ping"):
        reading = anthropic.stream(events)
    elif "choices" in first:
        reading = openai_chat.stream(events)
    elif "messageStart" in first:
        named = [Event(name, value) for _, data in events for name, value in an_object(data).items()]
        reading = bedrock_converse.stream(named)
    elif "event_type" in first:
        reading = cohere.stream(events)
    else:
        reading = Reading()
        for _, data in events:
            _add(reading, an_object(data))
        reading.complete = any(said.finish for said in reading.choices.values())
    reading.failed = reading.failed or failed
    return reading


def _add(reading: Reading, told: dict[str, Any]) -> bool:
    """Titan, Llama, Mistral, Claude 2, Cohere Command, Jurassic: a text, its end, and counts. False: none of them."""
    known = False
    for at, one in enumerate(
        objects(told.get("results")) + objects(told.get("outputs")) + objects(told.get("generations")) or [told]
    ):
        text = next((one[name] for name in _TEXTS if isinstance(one.get(name), str)), None)
        reason = next(iter(texts(*(one.get(name) for name in _REASONS))), None)
        if text is None and reason is None:
            continue
        known = True
        index = whole(one.get("index"))
        said = reading.choice(index if type(index) is int else at)
        said.text += text_of(text)
        if reason is not None:  # one without a number ends every choice (Cohere)
            for ended in [said] if "index" in one or text is not None else [*reading.choices.values()]:
                ended.finish, ended.native = FINISH.get(reason.lower(), ANY), reason
    for at, completion in enumerate(objects(told.get("completions"))):
        known = True
        said = reading.choice(at)
        said.text += text_of(an_object(completion.get("data")).get("text"))
        if reason := text_of(an_object(completion.get("finishReason")).get("reason")):
            said.finish, said.native = FINISH.get(reason.lower(), ANY), reason
    if told.get("amazon-bedrock-guardrailAction") == "INTERVENED":
        reading.choice().finish = frozenset({"content_filter"})
        reading.choice().native = None
    metrics = an_object(told.get(METRICS))
    reading.count(
        prompt=whole(told.get("inputTextTokenCount")), completion=whole(told.get("totalOutputTextTokenCount"))
    )
    reading.count(prompt=told.get("prompt_token_count"), completion=told.get("generation_token_count"))
    if metrics:
        reading.count(prompt=number(metrics.get("inputTokenCount")), completion=number(metrics.get("outputTokenCount")))
    return known


_TEXTS = ("outputText", "generation", "completion", "text")
_REASONS = ("completionReason", "stop_reason", "finish_reason")
