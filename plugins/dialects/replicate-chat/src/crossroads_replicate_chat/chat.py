"""Chat over Replicate's language models: canonical messages -> `input` in the words of a family, and the text back.

Families differ in words: OpenAI's take a list of messages, all others one prompt. A conversation becomes one prompt,
turn by turn, and the caller is told; tools are not to be had.
Source: pages of replicate.com/{owner}/{model}/versions/.../api: openai/o1, anthropic/claude-4-sonnet,
google/gemini-2.5-flash; what clients in public repositories send to meta/meta-llama-3-70b-instruct; read 2026-11-25.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from crossroads_openai_chat.request import ROUTER_ONLY
from crossroads_openai_chat.textchat import says_something
from crossroads_openai_chat.turns import REMEDY, WHO, Turn, as_prompt

from crossroads.call import Fields, Lost
from crossroads.dialect import Document, Reply
from crossroads.errors import Unsupported
from crossroads.types.usage import Usage
from crossroads_replicate_chat.predictions import Json, made, read_prediction, seconds, texts, usage_of

NO_SUCH = "models of this family at Replicate have no such input"


class Family(NamedTuple):
    """Words of its input. messages: does it take a list of them? images: the field, and whether it takes several."""

    system: str
    most: str
    images: str | None
    several: bool
    sampling: frozenset[str]
    messages: bool = False


SAMPLED = frozenset({"temperature", "top_p"})
PENALIZED = SAMPLED | {"presence_penalty", "frequency_penalty"}
FAMILIES = {
    "openai/": Family("system_prompt", "max_completion_tokens", "image_input", True, PENALIZED, messages=True),
    "anthropic/": Family("system_prompt", "max_tokens", "image", False, frozenset()),
    "google/": Family("system_instruction", "max_output_tokens", "images", True, SAMPLED),
}
OTHERS = Family("system_prompt", "max_tokens", None, False, PENALIZED | {"top_k", "seed", "stop"})

HANDLED = frozenset(
    {
        "max_completion_tokens", "max_tokens", "messages", "model", "n", "native", "parallel_tool_calls", "prompt",
        "reasoning", "reasoning_effort", "response_format", "stream", "stream_options", "tool_choice", "tools",
    }
)  # fmt: skip
STANDARD = frozenset(
    {
        "audio", "cache_control", "frequency_penalty", "function_call", "functions", "image_config",
        "include_reasoning", "logit_bias", "logprobs", "metadata", "min_p", "modalities", "prediction",
        "presence_penalty", "prompt_cache_key", "prompt_cache_options", "repetition_penalty", "seed",
        "service_tier", "stop", "structured_outputs", "temperature", "top_a", "top_k", "top_logprobs", "top_p", "user",
        "verbosity", "web_search_options",
    }
)  # fmt: skip
"""Canonical words. What is none of them is a model's own input, and goes there as it came."""
LEVELS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
EFFORTS = {"low": 0.2, "medium": 0.5, "high": 0.8}
"""Share of the answer's tokens that may be thought (OpenRouter API reference, "Reasoning tokens", read 2026-11-24)."""
THOUGHT_MIN, ANSWER_MAX = 1024, 8192


def family_of(upstream: str) -> Family:
    return next((family for start, family in FAMILIES.items() if upstream.startswith(start)), OTHERS)


def model_input(fields: Json, upstream: str) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    family, lost = family_of(upstream), []
    _refuse(fields)
    made_: Json = {}
    for name, value in fields.items():
        if name in family.sampling and value is not None:
            told = ",".join(value) if name == "stop" and isinstance(value, list) else value
            made_["stop_sequences" if name == "stop" else name] = told
        elif name in STANDARD:
            if says_something(value):
                lost.append(Lost(name, "dropped", NO_SUCH))
        elif name not in HANDLED and name not in ROUTER_ONLY:
            made_[name] = value
    most = fields.get("max_completion_tokens", fields.get("max_tokens"))
    if most is not None:
        made_[family.most] = most
    _set_thinking(made_, fields, upstream, most, lost)
    _set_messages(made_, fields, family, lost)
    return made_, list(dict.fromkeys(lost))


def _refuse(fields: Json) -> None:
    if (fields.get("n") or 1) > 1:
        raise Unsupported("a prediction is one answer.", remedy=REMEDY, field="n", value=fields["n"])
    for name in ("tools", "functions"):
        if fields.get(name):
            raise Unsupported("Replicate's models take no tools.", remedy=REMEDY, field=name, value="(not shown)")
    kind = (fields.get("response_format") or {}).get("type", "text")
    if kind != "text":
        raise Unsupported("Replicate's models promise no format.", remedy=REMEDY, field="response_format", value=kind)


def _set_thinking(made_: Json, fields: Json, upstream: str, most: int | None, lost: list[Lost]) -> None:
    wanted = dict(fields.get("reasoning") or {})
    effort = wanted.get("effort") or fields.get("reasoning_effort")
    budget = wanted.get("max_tokens")
    if effort is None and budget is None and wanted.get("enabled") is None:
        return
    off = effort == "none" or wanted.get("enabled") is False
    level = LEVELS.get(effort or "medium", "medium")
    budget = budget or max(THOUGHT_MIN, int((most or ANSWER_MAX) * EFFORTS[level]))
    if upstream.startswith("openai/") and not off:
        made_["reasoning_effort"] = level
    elif upstream.startswith("google/"):
        made_["thinking_budget"] = 0 if off else budget
    elif upstream.startswith("anthropic/"):
        made_["extended_thinking"] = not off
        if not off:
            made_["thinking_budget_tokens"] = max(THOUGHT_MIN, budget)
    else:
        lost.append(Lost("reasoning", "dropped", NO_SUCH))
        return
    lost.append(Lost("reasoning", "emulated", "in the family's own words"))


def _set_messages(made_: Json, fields: Json, family: Family, lost: list[Lost]) -> None:
    messages = list(fields.get("messages") or [])
    if fields.get("prompt") is not None:
        messages = messages or [{"role": "user", "content": fields["prompt"]}]
    systems, turns, images = [], [], []
    for message in messages:
        role = "system" if message["role"] == "developer" else message["role"]
        if role not in WHO:
            raise Unsupported(f"Replicate's models take no {role} messages.", remedy=REMEDY, field="messages")
        if role == "system" and not turns:
            systems.append(_text(message, images))
        else:
            turns.append(Turn(role, _text(message, images)))
    if images:
        _set_images(made_, images, family, lost)
    if systems and not (family.messages and len(turns) != 1):
        made_[family.system] = "\n\n".join(systems)
    if family.messages and not (len(turns) == 1 and turns[0].role == "user"):
        made_["messages"] = [
            *({"role": "system", "content": text} for text in systems),
            *({"role": role, "content": text} for role, text in turns),
        ]
    else:
        made_["prompt"] = as_prompt(turns, lost)


def _set_images(made_: Json, images: list[str], family: Family, lost: list[Lost]) -> None:
    if family.images is None or (len(images) > 1 and not family.several):
        what = "models of this family take no image." if family.images is None else "this model takes one image."
        raise Unsupported(what, remedy=REMEDY, field="messages", value="image_url")
    made_[family.images] = images if family.several else images[0]
    lost.append(Lost("messages[].content", "emulated", "images stand beside the prompt: their place in it is lost"))


def _text(message: Json, images: list[str]) -> str:
    """Its text; the addresses of its images are added to `images`. Raises Unsupported."""
    content = message.get("content")
    if not isinstance(content, list):
        return content or ""
    texts_ = []
    for part in content:
        if part["type"] == "text":
            texts_.append(part["text"])
        elif part["type"] == "image_url":
            where = part["image_url"]
            images.append(where if isinstance(where, str) else where["url"])
        else:
            what = f"Replicate's language models take no {part['type']}."
            raise Unsupported(what, remedy=REMEDY, field="messages", value=part["type"])
    return "".join(texts_)


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`. Raises BadUpstream: it has no output."""
    prediction = made(read_prediction(body))
    output = prediction.output
    text = "".join(texts(output)) if isinstance(output, str | list) else msgspec.json.encode(output).decode()
    usage = usage_of(prediction.metrics)
    document: Document = {
        "id": prediction.id,
        "object": "chat.completion",
        "created": seconds(prediction.created_at),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
                "native_finish_reason": prediction.status,
            }
        ],
    }
    if usage is not None:
        document["usage"] = counts(usage)
    return Reply(document=document, usage=usage, finish_reason="stop", upstream_id=prediction.id)


def counts(usage: Usage) -> Json:
    told = {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
    return {**told, "total_tokens": usage.prompt_tokens + usage.completion_tokens}
