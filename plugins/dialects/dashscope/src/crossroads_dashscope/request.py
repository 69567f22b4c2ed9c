"""A client's DashScope request -> canonical JSON, not yet validated; a canonical request, dumped -> DashScope's.

`input` holds the messages, `parameters` everything else. Two services take them: text (content is a text) and
multimodal (content is a list); a model belongs to one of them. What only DashScope understands of `parameters` stands
in `native`; `result_format` and `incremental_output` only say how the client wants its reply, which is no loss.
Source: dashscope 2.0.2 (the vendor's Python SDK: `aigc/generation.py`, `aigc/multimodal_conversation.py`) and Alibaba
Cloud Model Studio, "DashScope API reference", read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import ROUTER_ONLY, plain

from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.errors import BadRequest, Unsupported

Json = dict[str, Any]

NAME = "dashscope"
TEXT, MULTIMODAL = "/services/aigc/text-generation/generation", "/services/aigc/multimodal-generation/generation"
SEES = re.compile(r"(^|[-_.])(vl|omni|qvq|ocr|asr|audio)([-_.]|$)|^qvq|qwen3\.[5-9]", re.I)
"""Models of the multimodal service, by name: those that see or hear, and the series from Qwen 3.5 on."""

SAME = frozenset(
    {
        "logprobs", "max_tokens", "n", "parallel_tool_calls", "presence_penalty", "repetition_penalty",
        "response_format", "seed", "stop", "temperature", "tool_choice", "tools", "top_k", "top_logprobs", "top_p",
    }
)  # fmt: skip
"""Parameters that have one name on both sides."""
FORMS = frozenset({"incremental_output", "result_format", "stream"})
PARTS = {"text": "text", "image": "image_url", "audio": "input_audio", "video": "video_url"}

HANDLED = frozenset({"max_completion_tokens", "messages", "prompt", "reasoning", "reasoning_effort", "stream"})
DROPPED = frozenset(
    {
        "audio", "cache_control", "frequency_penalty", "image_config", "include_reasoning", "logit_bias", "metadata",
        "min_p", "modalities", "prediction", "prompt_cache_key", "prompt_cache_options", "service_tier",
        "stream_options", "structured_outputs", "top_a", "user", "verbosity", "web_search_options",
    }
)  # fmt: skip
SILENT = frozenset({"stream_options", "structured_outputs"})
"""Of these: what is left out without a loss."""
NO_SUCH = "DashScope has no such parameter"
REMEDY = "Leave it out, or let other providers serve the call."


def canonical_fields(given: Json, parameters: Json, fields: Fields, *, stream: bool) -> Json:
    """given: `input`; parameters: `parameters`; fields: what stands beside them."""
    rest = dict(parameters)
    document: Json = {name: plain(value) for name, value in fields.items() if name not in ("input", "parameters")}
    document |= {name: rest.pop(name) for name in SAME if name in rest}
    if stream:
        document["stream"] = True
    enabled, budget = rest.pop("enable_thinking", None), rest.pop("thinking_budget", None)
    if enabled is not None or budget is not None:
        asked = {"enabled": enabled, "max_tokens": budget}
        document["reasoning"] = {name: value for name, value in asked.items() if value is not None}
    form = {name: rest.pop(name) for name in FORMS if name in rest}
    if rest:
        document["parameters"] = rest
    vendor.keep(NAME, document, drops=("parameters",))
    if form:
        bag = document.setdefault("native", {}).setdefault(NAME, {})
        bag["form"] = {**bag.get("form", {}), "asked": form}
    messages = given.get("messages")
    if isinstance(messages, list) and messages:
        document["messages"] = [canonical_message(message) for message in messages]
    else:
        document["messages"] = [{"role": "user", "content": given.get("prompt")}]
    return document


def canonical_message(message: Any) -> Any:
    """What is malformed passes, and is refused by the canonical types."""
    if not isinstance(message, dict):
        return message
    made = dict(message)
    if isinstance(made.get("content"), list):
        made["content"] = [part for one in made["content"] for part in _canonical_parts(one)]
    return made


def _canonical_parts(part: Any) -> list[Any]:
    if not isinstance(part, dict):
        return [part]
    if isinstance(part.get("text"), str):
        return [{"type": "text", **part}]
    if isinstance(part.get("image"), str):
        return [{"type": "image_url", "image_url": {"url": part["image"]}}]
    if isinstance(part.get("audio"), str):
        return [{"type": "input_audio", "input_audio": {"data": part["audio"]}}]
    if isinstance(part.get("video"), str):
        return [{"type": "video_url", "video_url": {"url": part["video"]}}]
    if isinstance(part.get("video"), list):  # its frames
        return [{"type": "image_url", "image_url": {"url": frame}} for frame in part["video"]]
    return [part]


def dashscope_fields(fields: Json, *, stream: bool, upstream: str) -> tuple[Fields, list[Lost], bool]:
    """The document without its model, what was lost, and: is it for the multimodal service? Raises Unsupported."""
    fields = vendor.restored(NAME, fields)
    lost: list[Lost] = []
    asked = fields.pop("asked", None) or {}
    parameters: Json = {**(fields.pop("parameters", None) or {}), **asked, "result_format": "message"}
    if stream:
        parameters["incremental_output"] = True
    parameters.pop("stream", None)
    beside: Json = {}
    for name, value in fields.items():
        if name in SAME:
            if value is not None:
                parameters[name] = value
        elif name in DROPPED:
            if name not in SILENT and value not in (None, [], {}):
                lost.append(Lost(name, "dropped", NO_SUCH))
        elif name not in HANDLED and name not in ROUTER_ONLY and name != "model":
            beside[name] = value
    if fields.get("functions") or fields.get("function_call"):
        raise Unsupported("DashScope takes no `functions`.", remedy="Send `tools`.", field="functions")
    if (most := fields.get("max_completion_tokens")) is not None:
        parameters["max_tokens"] = most
    _set_thinking(parameters, fields, lost)
    messages = list(fields.get("messages") or [])
    if fields.get("prompt") is not None and not messages:
        messages = [{"role": "user", "content": fields["prompt"]}]
        lost.append(Lost("prompt", "emulated", "sent as one user message"))
    seen = SEES.search(upstream) is not None or any(_has_media(message) for message in messages)
    made = [_message(message, lost, multimodal=seen) for message in messages]
    return {**beside, "input": {"messages": made}, "parameters": parameters}, list(dict.fromkeys(lost)), seen


def _set_thinking(parameters: Json, fields: Json, lost: list[Lost]) -> None:
    wanted = dict(fields.get("reasoning") or {})
    effort = wanted.get("effort") or fields.get("reasoning_effort")
    for name in ("exclude", "summary"):
        if wanted.get(name):
            lost.append(Lost(f"reasoning.{name}", "dropped", "DashScope shows its thinking whole"))
    if effort == "none" or wanted.get("enabled") is False:
        parameters["enable_thinking"] = False
    elif effort is not None or wanted.get("enabled") or wanted.get("max_tokens"):
        parameters["enable_thinking"] = True
        if effort is not None:
            lost.append(Lost("reasoning.effort", "emulated", "it thinks, or it does not; `max_tokens` sets how much"))
    if wanted.get("max_tokens"):
        parameters["thinking_budget"] = wanted["max_tokens"]


def _has_media(message: Json) -> bool:
    content = message.get("content")
    return isinstance(content, list) and any(part["type"] != "text" for part in content)


def _message(message: Json, lost: list[Lost], *, multimodal: bool) -> Json:
    role = message["role"]
    if role == "function":
        raise Unsupported("DashScope takes no function messages.", remedy="Send tool messages.", field="messages")
    made = {k: v for k, v in message.items() if k not in ("native", "reasoning", "reasoning_details", "annotations")}
    if message.get("reasoning") and not message.get("reasoning_content"):
        made["reasoning_content"] = message["reasoning"]
    if message.get("reasoning_details") and not made.get("reasoning_content"):
        lost.append(Lost("messages[].reasoning_details", "dropped", "DashScope takes thinking as text alone"))
    if message.get("annotations"):
        lost.append(Lost("messages[].annotations", "dropped", NO_SUCH))
    if role == "developer":
        made["role"] = "system"
        lost.append(Lost("messages[].role", "renamed", "DashScope's word for developer is system"))
    content = made.get("content")
    if multimodal:
        parts = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
        made["content"] = [_part(part, lost) for part in parts]
    elif isinstance(content, list):
        made["content"] = "".join(part["text"] for part in content)
        if any(part.get("cache_control") for part in content):
            lost.append(Lost("messages[].content[].cache_control", "dropped", NO_SUCH))
    elif content is None:
        made["content"] = ""
    return made


def _part(part: Json, lost: list[Lost]) -> Json:
    kind = part["type"]
    if kind == "text":
        return {name: value for name, value in part.items() if name != "type"}
    if kind == "image_url":
        where = part["image_url"]
        if isinstance(where, dict) and where.get("detail") not in (None, "auto"):
            lost.append(Lost("messages[].content[].image_url.detail", "dropped", NO_SUCH))
        return {"image": where if isinstance(where, str) else where["url"]}
    if kind == "video_url" and part.get("video_url"):
        return {"video": part["video_url"]["url"]}
    if kind == "input_audio":
        sound = part["input_audio"]
        data = sound["data"]
        where = (
            data if data.startswith(("http", "data:")) else f"data:audio/{sound.get('format') or 'wav'};base64,{data}"
        )
        return {"audio": where}
    raise Unsupported(f"DashScope takes no {kind}.", remedy=REMEDY, field="messages", value=kind)


def draft(
    fields: Mapping[str, Any], lost: list[Lost], *, url: str, upstream: str, stream: bool, multimodal: bool
) -> Draft:
    """What goes to the upstream, of a client's own fields or of encoded ones. url: of either service."""
    document: Fields = {"model": upstream, **{k: v for k, v in fields.items() if k not in (*ROUTER_ONLY, "model")}}
    for service in (TEXT, MULTIMODAL):
        if url.endswith(service):
            url = url.removesuffix(service) + (MULTIMODAL if multimodal else TEXT)
    accept = b"text/event-stream" if stream else b"application/json"
    headers = ((b"content-type", b"application/json"), (b"accept", accept))
    sse = ((b"x-dashscope-sse", b"enable"),) if stream else ()
    return Draft(document=document, url=url, headers=(*headers, *sse), lost=lost)


def opened_object(fields: Fields, name: str) -> Json:
    """`input` or `parameters`. Raises BadRequest."""
    value = plain(fields.get(name))
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRequest("it is no object.", remedy=f"Send `{name}` as an object.", field=name, value=value)
    return value
