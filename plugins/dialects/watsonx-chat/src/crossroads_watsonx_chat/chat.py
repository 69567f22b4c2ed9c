"""watsonx.ai's chat: OpenAI's shape, with words of its own in the request and a URL of its own for streams.

Source: ibm-watsonx-ai 1.8.1 (`foundation_models/schema/_api.py`, TextChatParameters), IBM watsonx.ai documentation,
"Adding generative chat function to your applications", and @ibm-cloud/watsonx-ai 1.7 (TextChatParams), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat import reply as common
from crossroads_openai_chat import stream, vendor
from crossroads_openai_chat.request import CHAT_KINDS, ROUTER_ONLY, plain
from crossroads_openai_chat.stream import DONE_EVENT

from crossroads import jsonbody
from crossroads.call import Fields, Lost
from crossroads.dialect import Document, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.jsonbody import Kind
from crossroads.types.usage import Usage
from crossroads_watsonx_chat.shared import NO_SUCH, REMEDY, Json, keep_own, kinds_of

NAME = "watsonx-chat"
KINDS: dict[str, Kind] = kinds_of(CHAT_KINDS, tool_choice_option=jsonbody.STRING)

OWN = frozenset(
    {
        "chat_template_kwargs", "context", "crypto", "guided_choice", "guided_grammar", "guided_json", "guided_regex",
        "length_penalty", "time_limit",
    }
)  # fmt: skip
"""IBM's alone: another dialect goes without."""

HANDLED = frozenset(
    {
        "function_call", "functions", "messages", "parallel_tool_calls", "prompt", "reasoning", "reasoning_effort",
        "response_format", "stop", "tool_choice", "tools",
    }
)  # fmt: skip
DROPPED = frozenset(
    {
        "audio", "cache_control", "image_config", "metadata", "min_p", "modalities", "prediction", "prompt_cache_key",
        "prompt_cache_options", "service_tier", "stream_options", "structured_outputs", "top_a", "top_k", "user",
        "verbosity", "web_search_options",
    }
)  # fmt: skip
SILENT = frozenset({"stream_options", "structured_outputs"})
"""Of these: what is left out without a loss."""
LEVELS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
TAKEN = frozenset({"text", "image_url", "video_url", "input_audio"})
"""Parts of content."""
UNSAID = ("reasoning", "reasoning_content", "reasoning_details", "annotations", "images", "audio", "function_call")


def canonical_fields(fields: Fields) -> Json:
    document: Json = dict(fields)
    if "tool_choice_option" in document:
        document.setdefault("tool_choice", document.pop("tool_choice_option"))
    document |= {name: plain(document[name]) for name in OWN & set(document)}
    document |= {name: plain(document[name]) for name in ("project_id", "space_id") if name in document}
    keep_own(NAME, document, drops=OWN)
    return document


def ibm_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    fields = vendor.restored(NAME, fields)
    lost: list[Lost] = []
    document: Fields = {}
    for name, value in fields.items():
        if name in DROPPED:
            if name not in SILENT and value not in (None, [], {}):
                lost.append(Lost(name, "dropped", NO_SUCH))
        elif name not in HANDLED and name not in ROUTER_ONLY:
            document[name] = value
    if fields.get("functions") or fields.get("function_call"):
        raise Unsupported("watsonx.ai takes no `functions`.", remedy="Send `tools`.", field="functions")
    if fields.get("parallel_tool_calls") is False:
        lost.append(Lost("parallel_tool_calls", "dropped", NO_SUCH))
    document["messages"] = _messages(fields, lost)
    if "stop" in fields:
        document["stop"] = [fields["stop"]] if isinstance(fields["stop"], str) else fields["stop"]
    _set_tools(document, fields, lost)
    _set_format(document, fields)
    _set_thinking(document, fields, lost)
    return document, list(dict.fromkeys(lost))


def _messages(fields: Json, lost: list[Lost]) -> list[Json]:
    messages = list(fields.get("messages") or [])
    if fields.get("prompt") is not None:
        messages = messages or [{"role": "user", "content": fields["prompt"]}]
        lost.append(Lost("prompt", "dropped" if fields.get("messages") else "emulated", "chats have messages"))
    return [_message(message, lost) for message in messages]


def _message(message: Json, lost: list[Lost]) -> Json:
    if message["role"] == "function":
        raise Unsupported("watsonx.ai takes no function messages.", remedy="Send tool messages.", field="messages")
    lost += [
        Lost(f"messages[].{name}", "dropped", "its messages have no place for it")
        for name in UNSAID
        if message.get(name)
    ]
    made = {name: value for name, value in message.items() if name not in (*UNSAID, "native")}
    if made["role"] == "developer":
        made["role"] = "system"
        lost.append(Lost("messages[].role", "renamed", "IBM's word for developer is system"))
    if isinstance(made.get("content"), list):
        made["content"] = [_part(part, lost) for part in made["content"]]
    return made


def _part(part: Json, lost: list[Lost]) -> Json:
    if part["type"] not in TAKEN:
        what = f"watsonx.ai takes no {part['type']}."
        raise Unsupported(what, remedy=REMEDY, field="messages", value=part["type"])
    made = {name: value for name, value in part.items() if name != "cache_control"}
    if part.get("cache_control"):
        lost.append(Lost("messages[].content[].cache_control", "dropped", NO_SUCH))
    if isinstance(made.get("image_url"), str):
        made["image_url"] = {"url": made["image_url"]}
    return made


def _set_tools(document: Fields, fields: Json, lost: list[Lost]) -> None:
    if fields.get("tools") is not None:
        document["tools"] = [{k: v for k, v in tool.items() if k != "cache_control"} for tool in fields["tools"]]
        if any(tool.get("cache_control") for tool in fields["tools"]):
            lost.append(Lost("tools[].cache_control", "dropped", NO_SUCH))
        if any(tool["type"] != "function" for tool in fields["tools"]):
            raise Unsupported("watsonx.ai has functions only.", remedy=REMEDY, field="tools", value="(not shown)")
    choice = fields.get("tool_choice")
    if isinstance(choice, str):
        document["tool_choice_option"] = choice
    elif choice is not None:
        document["tool_choice"] = choice


def _set_format(document: Fields, fields: Json) -> None:
    wanted = fields.get("response_format")
    if wanted is None:
        return
    if wanted.get("type") == "grammar":
        document["guided_grammar"] = wanted.get("grammar")
    elif wanted.get("type") in ("text", "json_object", "json_schema"):
        document["response_format"] = wanted
    else:
        kind = wanted.get("type")
        raise Unsupported("watsonx.ai has no such format.", remedy=REMEDY, field="response_format", value=kind)


def _set_thinking(document: Fields, fields: Json, lost: list[Lost]) -> None:
    wanted = dict(fields.get("reasoning") or {})
    effort = wanted.get("effort") or fields.get("reasoning_effort")
    for name in ("summary", "max_tokens"):
        if wanted.get(name):
            lost.append(Lost(f"reasoning.{name}", "dropped", NO_SUCH))
    if effort == "none" or wanted.get("enabled") is False:
        document["include_reasoning"] = False
        lost.append(Lost("reasoning", "emulated", "the model may think, and what it thought is not shown"))
    elif effort is not None:
        document["reasoning_effort"] = level = LEVELS.get(effort, "medium")
        if level != effort:
            lost.append(Lost("reasoning.effort", "emulated", f"sent as {level}, the nearest that IBM knows"))
    if wanted.get("exclude"):
        document["include_reasoning"] = False


# replies: OpenAI's, with the model's name in two places, and no `[DONE]`


def without_upstream(document: Document | None) -> None:
    """The name under which the upstream knows the model is none of another dialect's client's business."""
    if document is not None:
        document.pop("model_id", None)


def named(reply: Reply, stamp: Stamp) -> Reply:
    """A written reply with the model under IBM's name too."""
    reply.body = jsonbody.encode({**common.shallow(reply.body), "model_id": stamp.model})
    return reply


class Relay(stream.Relay):
    """See `crossroads.dialect.Relay`."""

    def __init__(self, stamp: Stamp, shape: common.Shape) -> None:
        super().__init__(stamp, shape)
        self._identity["model_id"] = self._identity["model"]

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        return super().close(framed=framed, usage=usage).removesuffix(DONE_EVENT)


class StreamDecoder(stream.StreamDecoder):
    """See `crossroads.dialect.StreamDecoder`."""

    def _canonical(self, document: dict[str, Any]) -> Document:
        chunk = super()._canonical(document)
        without_upstream(chunk)
        return chunk


class StreamEncoder(stream.StreamEncoder):
    """See `crossroads.dialect.StreamEncoder`."""

    def close(self, usage: Usage) -> bytes:
        return super().close(usage).removesuffix(DONE_EVENT)

    def _stamped(self, chunk: Document) -> Document:
        return {**super()._stamped(chunk), "model_id": self._stamp.model}
