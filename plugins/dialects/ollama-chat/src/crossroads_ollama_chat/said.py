"""What an answer of Ollama's says <-> canonical: message, tool calls, finish reason, usage, time."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage
from crossroads_ollama_chat.wire import Json, Part, ToolCall

FORMAT = "unknown"
"""OpenRouter's vocabulary of reasoning formats has no word for Ollama."""

FINISH_REASONS = {"stop": "stop", "length": "length", "load": "stop", "unload": "stop"}


def finish_reason(native: str | None, called: bool) -> str:
    """Ollama ends with "stop" after a tool call too. Unknown words mean an ordinary end."""
    reason = FINISH_REASONS.get(native or "stop", "stop")
    return "tool_calls" if called and reason == "stop" else reason


def native_reason(reason: Any, native: Any) -> str:
    """Ollama's word for how it ended: the native one, where that would be read the same."""
    if isinstance(native, str) and native and finish_reason(native, reason == "tool_calls") == reason:
        return native
    return "length" if reason == "length" else "stop"


def canonical_delta(part: Part, calls_before: int = 0) -> Json:
    """What a part adds to the message. calls_before: tool calls that earlier parts of the stream made."""
    message = part.message
    made: Json = {"role": "assistant", "content": message.content or ""}
    if message.thinking:
        made |= reasoning(message.thinking)
    if message.tool_calls:
        created = seconds(part.created_at)
        numbered = enumerate(message.tool_calls, calls_before)
        made["tool_calls"] = [{"index": index, **canonical_call(call, index, created)} for index, call in numbered]
    return made


def canonical_message(part: Part) -> Json:
    made = canonical_delta(part)
    if "tool_calls" in made:
        made["tool_calls"] = [{k: v for k, v in call.items() if k != "index"} for call in made["tool_calls"]]
        made["content"] = made["content"] or None
    return made


def reasoning(text: str) -> Json:
    detail = {"type": "reasoning.text", "text": text, "format": FORMAT, "index": 0}
    return {"reasoning": text, "reasoning_details": [detail]}


def canonical_call(call: ToolCall, index: int, created: int | None) -> Json:
    """With an id: Ollama's, or one made of what it says, so that both ways through it give the same."""
    arguments = msgspec.json.encode(call.function.arguments or {})
    told = call.id or made_id(b"%d %d %b %b" % (created or 0, index, call.function.name.encode(), arguments))
    return {
        "id": told,
        "type": "function",
        "function": {"name": call.function.name, "arguments": arguments.decode()},
    }


def made_id(of: bytes) -> str:
    return "call_" + hashlib.sha256(of).hexdigest()[:12]


def ollama_message(said: Json) -> Json:
    """A canonical message of a reply."""
    made: Json = {"role": "assistant", "content": text_of(said.get("content"))}
    if thinking := thinking_of(said):
        made["thinking"] = thinking
    if said.get("tool_calls"):
        made["tool_calls"] = [ollama_call(call, index) for index, call in enumerate(said["tool_calls"])]
    return made


def ollama_call(call: Json, index: int) -> Json:
    """Raises BadUpstream: the model wrote arguments that are no JSON object."""
    function = call.get("function") or {}
    arguments = arguments_of(function.get("arguments"))
    if arguments is None:
        raise broken("the model wrote tool arguments that are no JSON object.")
    told = {"id": call["id"]} if call.get("id") else {}
    return {**told, "function": {"index": index, "name": function.get("name") or "", "arguments": arguments}}


def arguments_of(text: Any) -> Json | None:
    """None: no JSON object."""
    try:
        value = msgspec.json.decode(text) if text else {}
    except MALFORMED:
        return None
    return value if isinstance(value, dict) else None


def text_of(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if part.get("type") == "text")
    return content or ""


def thinking_of(said: Json) -> str:
    """The readable reasoning of a message or delta."""
    details = said.get("reasoning_details")
    if isinstance(details, list) and details:
        texts = [detail.get("text", detail.get("summary")) for detail in details]
        return "".join(text for text in texts if isinstance(text, str))
    return said.get("reasoning") or said.get("reasoning_content") or ""


def parse_usage(part: Part) -> Usage | None:
    """Without a count of the prompt (Ollama leaves it out when the prompt was cached) it is an estimate."""
    given, made = part.prompt_eval_count, part.eval_count
    if made is None or not 0 <= made <= TOKENS_MAX or not 0 <= (given or 0) <= TOKENS_MAX:
        return None
    return Usage(input_tokens=given or 0, output_tokens=made, quality="estimated" if given is None else "exact")


def seconds(created_at: str | None) -> int | None:
    """An RFC 3339 time as UTC seconds; fractions of up to nine digits are cut."""
    try:
        head, _, zone = (created_at or "").partition(".")
        zone = zone.lstrip("0123456789") or "Z" if zone else ""
        at = datetime.fromisoformat((head + zone).replace("Z", "+00:00"))
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def created_at(created: Any) -> str:
    """UTC seconds as RFC 3339; the beginning of time for what is none."""
    at = created if type(created) is int and 0 <= created < 2**36 else 0
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
