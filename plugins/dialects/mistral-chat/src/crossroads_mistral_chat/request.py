"""Canonical request <-> Mistral's: the fields at the top. Messages: `messages`.

Tables first. Mistral refuses fields that it does not know (422, "Extra inputs are not permitted"), so what the
canonical form has and Mistral has not is left out and reported; a field that neither names passes untouched.
Source: mistralai 3.7.0, `client/models/chatcompletionrequest.py`, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import plain, upstream_draft

from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads_mistral_chat.messages import canonical_message, mistral_message

REMEDY = "Leave it out, or let other providers serve the call."

RENAMED = {"seed": "random_seed", "max_completion_tokens": "max_tokens"}
"""Ours and theirs."""

DROPPED = {
    "audio": "Mistral's chat does not speak",
    "cache_control": "Mistral caches prompts by `prompt_cache_key`",
    "image_config": "Mistral's chat does not draw",
    "include_reasoning": "a reply shows its reasoning whenever there is some",
    "logit_bias": "Mistral has no such parameter",
    "min_p": "Mistral has no such parameter",
    "modalities": "Mistral's chat answers in text",
    "prompt_cache_options": "Mistral caches prompts by `prompt_cache_key`",
    "stream_options": "usage always comes with the last chunk",
    "structured_outputs": "`response_format` says it",
    "top_a": "Mistral has no such parameter",
    "user": "Mistral has no such parameter",
    "verbosity": "Mistral has no such parameter",
    "web_search_options": "Mistral's chat does not search",
}
SILENT = frozenset({"stream_options", "structured_outputs"})
"""Of these: what is left out without a loss."""

DIALECT = "mistral-chat"
OWN = frozenset({"guardrails", "min_tokens", "prompt_logprobs", "prompt_mode", "safe_prompt", "top_prompt_logprobs"})
"""Mistral's alone: another dialect goes without them."""

NOTHING_LOST = {"include_reasoning": (None, True), "modalities": (None, ["text"])}
"""Values that ask for what happens anyway."""

FORMATS = frozenset({"text", "json_object", "json_schema"})


def parameters_of(fields: Fields) -> frozenset[str]:
    """Canonical names of what stands there under Mistral's."""
    return frozenset(ours for ours, theirs in RENAMED.items() if theirs in fields and theirs == "random_seed")


def canonical_fields(fields: Fields) -> dict[str, Any]:
    """A client's Mistral request -> canonical JSON, not yet validated."""
    document: dict[str, Any] = dict(fields)
    if "random_seed" in document:
        document["seed"] = document.pop("random_seed")
    if plain(document.get("tool_choice")) == "any":
        document["tool_choice"] = "required"
    messages = plain(document.get("messages"))
    if isinstance(messages, list):
        document["messages"] = [canonical_message(message) for message in messages]
    document |= {name: plain(document[name]) for name in OWN & set(document)}
    vendor.keep(DIALECT, document, drops=OWN)
    tools = plain(document.get("tools"))
    if isinstance(tools, list):
        document["tools"] = [{"type": "function", **tool} if isinstance(tool, dict) else tool for tool in tools]
    prediction = plain(document.get("prediction"))
    if isinstance(prediction, dict):
        document["prediction"] = {"type": "content", "content": "", **prediction}
    return document


def mistral_fields(fields: dict[str, Any]) -> tuple[Fields, list[Lost]]:
    """A canonical request, dumped -> Mistral's. Raises Unsupported."""
    fields = vendor.restored(DIALECT, fields)
    lost: list[Lost] = []
    document: Fields = {}
    for name, value in fields.items():
        if name in RENAMED:
            document[RENAMED[name]] = value
        elif name == "max_tokens":
            document.setdefault(name, value)
        elif name not in ("reasoning", "prompt", "functions", "function_call"):
            document[name] = value
    if fields.get("functions") or fields.get("function_call"):
        raise Unsupported("Mistral takes no `functions`.", remedy="Send `tools`.", field="functions")
    messages = list(fields.get("messages") or [])
    if not messages and fields.get("prompt") is not None:
        messages = [{"role": "user", "content": fields["prompt"]}]
        lost.append(Lost("prompt", "emulated", "sent as one user message"))
    elif fields.get("prompt") is not None:
        lost.append(Lost("prompt", "dropped", "messages were given too"))
    document["messages"] = [mistral_message(message, lost) for message in messages]
    _set_tools(document, lost)
    _set_format(document)
    _set_reasoning(document, fields, lost)
    if isinstance(prediction := document.get("prediction"), dict) and isinstance(prediction.get("content"), list):
        text = "".join(part.get("text") or "" for part in prediction["content"])
        document["prediction"] = {**prediction, "content": text}
    return document, _once(lost)


def draft(fields: Mapping[str, Any], lost: list[Lost], *, url: str, upstream: str, stream: bool) -> Draft:
    """What goes to the upstream, of a client's own fields or of encoded ones."""
    kept: Fields = {name: value for name, value in fields.items() if name not in DROPPED}
    told = [
        Lost(name, "dropped", DROPPED[name])
        for name, value in fields.items()
        if name in DROPPED and name not in SILENT and plain(value) not in NOTHING_LOST.get(name, (None, [], {}))
    ]
    if plain(kept.get("tool_choice")) == "required":
        kept["tool_choice"] = "any"  # the older word, which every model of theirs knows
    made = upstream_draft(kept, url=url, upstream=upstream, stream=stream, streams=True, prompt_as_message=False)
    made.document.pop("stream_options", None)
    made.lost = [*lost, *told, *made.lost]
    return made


def _set_tools(document: Fields, lost: list[Lost]) -> None:
    tools = document.get("tools")
    if not tools:
        return
    made = []
    for tool in tools:
        tool = dict(tool)
        if tool.pop("cache_control", None):
            lost.append(Lost("tools[].cache_control", "dropped", DROPPED["cache_control"]))
        if isinstance(tool.get("function"), dict):
            tool["function"] = {"parameters": {}, **tool["function"]}
            if tool["function"]["parameters"] is None:
                tool["function"]["parameters"] = {}
        made.append(tool)
    document["tools"] = made


def _set_format(document: Fields) -> None:
    wanted = document.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type") not in FORMATS:
        raise Unsupported("Mistral has no such format.", remedy=REMEDY, field="response_format", value=wanted["type"])


def _set_reasoning(document: Fields, fields: dict[str, Any], lost: list[Lost]) -> None:
    """`reasoning` -> `reasoning_effort`, unless the caller gave that itself."""
    wanted = fields.get("reasoning")
    if not isinstance(wanted, dict) or document.get("reasoning_effort") is not None:
        return
    effort = wanted.get("effort")
    if effort is None and wanted.get("enabled") is not None:
        effort = "high" if wanted["enabled"] else "none"
    if wanted.get("max_tokens") is not None:
        lost.append(Lost("reasoning.max_tokens", "emulated", "Mistral takes an effort: high"))
        effort = effort or "high"
    if wanted.get("exclude"):
        lost.append(Lost("reasoning.exclude", "dropped", "Mistral shows its reasoning"))
    if wanted.get("summary"):
        lost.append(Lost("reasoning.summary", "dropped", "Mistral shows its reasoning whole"))
    if effort is not None:
        document["reasoning_effort"] = effort


def _once(lost: list[Lost]) -> list[Lost]:
    return list(dict.fromkeys(lost))
