"""Whole replies: spliced (usage priced, nothing else), or decoded to canonical and encoded again.

Source: Amazon Bedrock API reference, "Converse" (response), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.reply import broken

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.jsonbody import MALFORMED
from crossroads_bedrock_converse.decode import NAME, detail
from crossroads_bedrock_converse.usage import bedrock_usage, canonical_usage, parse_usage

Json = dict[str, Any]

FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
    "malformed_model_output": "error",
    "malformed_tool_use": "error",
}
STOP_REASONS = {
    "stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "content_filtered",
    "error": "malformed_model_output",
}  # fmt: skip
KEPT = ("metrics", "additionalModelResponseFields", "trace", "performanceConfig", "serviceTier")
"""What only a client of Bedrock's reads."""


def finish_reason(native: Any) -> str | None:
    """A word that this version does not know is an ordinary end."""
    return FINISH_REASONS.get(native, "stop") if isinstance(native, str) and native else None


def stop_reason(finish: Any, native: Any, *, called: bool) -> str:
    """Bedrock's own word where it was one, else the one for the canonical reason.

    called: with tool calls an ordinary end is `tool_use`: OpenAI says `stop` where a tool was forced by its name.
    """
    if isinstance(native, str) and native in FINISH_REASONS:
        return native
    return "tool_use" if called and native and finish == "stop" else STOP_REASONS.get(finish, "end_turn")


def opened(body: bytes) -> Json:
    """Raises BadUpstream: not a reply of Converse."""
    try:
        document = msgspec.json.decode(body)
    except MALFORMED:
        raise broken("the provider sent something that is not JSON.") from None
    match document:
        case {"output": {"message": {"content": list(content)}}} if all(isinstance(one, dict) for one in content):
            return document
    raise broken("the provider's reply has no message that can be read.")


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`. A reply of Bedrock's names neither itself nor its model."""
    document = opened(body)
    usage = parse_usage(document.get("usage"))
    if usage is not None:
        document["usage"] = bedrock_usage(document["usage"], usage, stamp.price(usage))
    else:
        document.pop("usage", None)
    reason = finish_reason(document.get("stopReason"))
    return Reply(body=jsonbody.encode(document), usage=usage, finish_reason=reason)


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    told = opened(body)
    usage, reason = parse_usage(told.get("usage")), finish_reason(told.get("stopReason"))
    native = told.get("stopReason") if reason is not None else None
    choice = {
        "index": 0,
        "message": _message(told["output"]["message"]["content"]),
        "finish_reason": reason,
        "native_finish_reason": native,
    }
    document: Document = {"object": "chat.completion", "choices": [choice]}
    if usage is not None:
        document["usage"] = canonical_usage(told["usage"], usage)
    kept = {name: told[name] for name in KEPT if told.get(name) not in (None, {})}
    drops = {name: kept.pop(name) for name in ("additionalModelResponseFields", "trace") if name in kept}
    if kept or drops:
        document["native"] = {NAME: {"form": kept, "drops": drops}}
    return Reply(document=document, usage=usage, finish_reason=reason)


def _message(content: list[Json]) -> Json:
    texts: list[str] = []
    details: list[Json] = []
    calls: list[Json] = []
    notes: list[Json] = []
    others: list[Json] = []
    for block in content:
        cited = block.get("citationsContent")
        if isinstance(block.get("text"), str):
            texts.append(block["text"])
        elif isinstance(cited, dict):
            start = sum(map(len, texts))
            texts += _texts_in(cited.get("content"))
            end = sum(map(len, texts))
            notes += [annotation(one, start, end) for one in _objects(cited.get("citations"))]
        elif isinstance(block.get("reasoningContent"), dict):
            details.append(detail(block["reasoningContent"], len(details)))
        elif isinstance(block.get("toolUse"), dict):
            calls.append(_call(block["toolUse"], len(calls)))
        else:
            others.append(block)
    message: Json = {"role": "assistant", "content": "".join(texts) if texts else None}
    if details:
        message["reasoning"] = "".join(one.get("text") or "" for one in details) or None
        message["reasoning_details"] = details
    if calls:
        message["tool_calls"] = calls
    if notes:
        message["annotations"] = notes
    if others:
        message["native"] = {NAME: {"drops": {"blocks": others}}}
    return message


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts_in(value: Any) -> list[str]:
    return [one["text"] for one in _objects(value) if isinstance(one.get("text"), str)]


def _call(use: Json, number: int) -> Json:
    arguments = msgspec.json.encode(use.get("input") or {}).decode()
    function = {"name": use.get("name") or "", "arguments": arguments}
    return {"id": use.get("toolUseId") or f"call_{number}", "type": "function", "function": function}


def annotation(citation: Json, start: int, end: int) -> Json:
    """A citation of the text from start to end (characters of the whole answer)."""
    place = {"start_index": start, "end_index": end}
    web = _object(_object(citation.get("location")).get("web"))
    if isinstance(url := web.get("url"), str):
        said = "".join(_texts_in(citation.get("sourceContent")))
        told = {"url": url, "title": citation.get("title") or web.get("domain") or "", "content": said, **place}
        return {"type": "url_citation", "url_citation": told}
    return {"type": "file_citation", "file_citation": {**citation, **place}}


def citation(annotation: Json) -> Json | None:
    """An annotation as the citation that clients of Bedrock's know; None: it is of another kind."""
    if isinstance(told := annotation.get("url_citation"), dict):
        source = [{"text": told["content"]}] if told.get("content") else []
        return {
            "title": told.get("title") or "",
            "sourceContent": source,
            "location": {"web": {"url": told.get("url")}},
        }
    told = annotation.get("file_citation")
    if isinstance(told, dict) and "location" in told:
        return {name: value for name, value in told.items() if name not in ("start_index", "end_index")}
    return None


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`. Of several choices the first is the answer: the format has one."""
    canonical = reply.document or {}
    choice = (canonical.get("choices") or [{}])[0]
    bag = (canonical.get("native") or {}).get(NAME) or {}
    message = choice.get("message") or {}
    reason, native, called = (
        choice.get("finish_reason"),
        choice.get("native_finish_reason"),
        bool(message.get("tool_calls")),
    )
    document: Json = {
        **{name: value for kind in ("form", "drops") for name, value in (bag.get(kind) or {}).items()},
        "output": {"message": {"role": "assistant", "content": _blocks(message)}},
        "stopReason": stop_reason(reason, native, called=called),
    }
    if reply.usage is not None:
        document["usage"] = bedrock_usage(canonical.get("usage"), reply.usage, stamp.price(reply.usage))
    return jsonbody.encode(document)


def _blocks(message: Json) -> list[Json]:
    made: list[Json] = list(reasoning_blocks(message))
    if text := message.get("content") or message.get("refusal"):
        made += _texts(text, message.get("annotations") or [])
    for call in message.get("tool_calls") or []:
        function = call.get("function") or {}
        made.append({"toolUse": {"toolUseId": call.get("id"), "name": function.get("name"), "input": _input(function)}})
    bag = ((message.get("native") or {}).get(NAME) or {}).get("drops") or {}
    return made + list(bag.get("blocks") or [])


def _texts(text: str, annotations: list[Json]) -> list[Json]:
    """Plain and cited pieces in turn, as the places of the annotations cut them."""
    places: dict[tuple[int, int], list[Json]] = {}
    for note in annotations:
        if (cited := citation(note)) is not None:
            told = note.get("url_citation") or note.get("file_citation") or {}
            start, end = told.get("start_index"), told.get("end_index")
            inside = type(start) is int and type(end) is int and 0 <= start < end <= len(text)
            places.setdefault((start, end) if inside else (0, len(text)), []).append(cited)
    made: list[Json] = []
    at = 0
    for (start, end), cited in sorted(places.items(), key=lambda one: one[0]):
        if start < at:  # of two that overlap the later stands with the earlier
            made[-1]["citationsContent"]["citations"] += cited
            continue
        if start > at:
            made.append({"text": text[at:start]})
        made.append({"citationsContent": {"content": [{"text": text[start:end]}], "citations": cited}})
        at = end
    return [*made, {"text": text[at:]}] if at < len(text) else made


def reasoning_blocks(message: Json) -> list[Json]:
    """`reasoningContent` of whatever reasoning a message or a delta shows."""
    made: list[Json] = []
    for one in message.get("reasoning_details") or []:
        if one.get("type") == "reasoning.encrypted":
            made.append({"redactedContent": one.get("data") or ""})
        else:
            sealed = {"signature": one["signature"]} if one.get("signature") else {}
            made.append({"reasoningText": {"text": one.get("text") or one.get("summary") or "", **sealed}})
    if not made and message.get("reasoning"):
        made.append({"reasoningText": {"text": message["reasoning"]}})
    return [{"reasoningContent": one} for one in made]


def _input(function: Json) -> Any:
    try:
        return msgspec.json.decode(function.get("arguments") or "{}")
    except MALFORMED:
        return {"arguments": function["arguments"]}
