"""A client's Converse request -> the canonical one, beside which the original stays (`Original`) for Bedrock itself.

What has no canonical word is named in `Original.unsaid`; here it only must not stand in another dialect's way.
Source: Amazon Bedrock API reference, "Converse", and botocore 1.43 (service model bedrock-runtime), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.call import Opened
from crossroads.errors import BadRequest
from crossroads.original import Original, Reading, Span
from crossroads_bedrock_converse import media

Json = dict[str, Any]

NAME = "bedrock-converse"
FORMAT = "anthropic-claude-v1"
"""Of reasoning with a signature or redacted: on Bedrock only Claude's is."""
OWN = "bedrock_block"
"""The type of a part or tool that passes as it is, and only this dialect can send."""
KNOWN = frozenset({"messages", "system", "inferenceConfig", "toolConfig", "outputConfig", "serviceTier", "modelId"})
SAMPLING = {"maxTokens": "max_tokens", "temperature": "temperature", "topP": "top_p", "stopSequences": "stop"}
MEDIA = ("image", "document", "video", "audio")
CACHE = "cache_control"


def decode_request(opened: Opened) -> Any:
    """See `Dialect.decode_request`."""
    from crossroads.types.base import parse, validate_document  # pydantic costs an import
    from crossroads.types.chat import ChatRequest

    document = parse(jsonbody.encode(opened.fields))
    made = canonical(document)
    routed = {"model": opened.models[0]} if opened.models else {}
    request = validate_document(ChatRequest, {**made.fields, **routed})
    request.keep(Original(NAME, document, made.unsaid))
    return request


def canonical(document: Json) -> Reading:
    """Raises BadRequest where a message is none."""
    unsaid = {name: None for name in document if name not in KNOWN and document[name] not in (None, {}, [])}
    fields: Json = {}
    spans: list[Span] = []
    if document.get("system"):
        content = _parts(_objects(document["system"], "system"), "system", unsaid)
        spans.append(Span(document["system"], [{"role": "system", "content": content}], is_system=True))
    for at, message in enumerate(_objects(document["messages"], "messages")):
        spans.append(Span(message, _messages(message, f"messages.{at}", unsaid)))
    fields["messages"] = [message for span in spans for message in span.messages]
    for name, value in _object(document.get("inferenceConfig"), "inferenceConfig").items():
        if name in SAMPLING:
            fields[SAMPLING[name]] = value
        else:
            unsaid[f"inferenceConfig.{name}"] = None
    _tools(fields, _object(document.get("toolConfig"), "toolConfig"), unsaid)
    if (wanted := _schema(document.get("outputConfig"))) is not None:
        fields["response_format"] = wanted
    if isinstance(tier := _object(document.get("serviceTier"), "serviceTier").get("type"), str):
        fields["service_tier"] = tier
    more = _object(document.get("additionalModelRequestFields"), "additionalModelRequestFields")
    if (thought := _reasoning(more)) is not None:
        fields["reasoning"] = thought
    return Reading(fields, spans, tuple(unsaid))


def _messages(message: Json, path: str, unsaid: dict[str, None]) -> list[Json]:
    role = message.get("role")
    content = _objects(message.get("content"), f"{path}.content")
    if role == "user":
        made = [
            _tool_result(block["toolResult"], f"{path}.content.{at}", unsaid)
            for at, block in enumerate(content)
            if isinstance(block.get("toolResult"), dict)
        ]
        rest = [block for block in content if "toolResult" not in block]
        if rest or not made:
            made.append({"role": "user", "content": _parts(rest, f"{path}.content", unsaid)})
        return made
    if role == "assistant":
        return [_assistant(content, f"{path}.content", unsaid)]
    raise BadRequest("expected user or assistant.", remedy=f"Correct `{path}.role`.", field=f"{path}.role", value=role)


def _tool_result(result: Json, path: str, unsaid: dict[str, None]) -> Json:
    if result.get("status") == "error":
        unsaid["messages.toolResult.status"] = None
    content = _objects(result.get("content") or [], f"{path}.toolResult.content")
    return {
        "role": "tool",
        "tool_call_id": result.get("toolUseId"),
        "content": _parts(content, f"{path}.toolResult.content", unsaid),
    }


def _assistant(content: list[Json], path: str, unsaid: dict[str, None]) -> Json:
    details: list[Json] = []
    calls: list[Json] = []
    rest: list[Json] = []
    for block in content:
        if isinstance(block.get("toolUse"), dict):
            use = block["toolUse"]
            function = {"name": use.get("name"), "arguments": msgspec.json.encode(use.get("input")).decode()}
            calls.append({"id": use.get("toolUseId"), "type": "function", "function": function})
        elif isinstance(block.get("reasoningContent"), dict):
            details.append(detail(block["reasoningContent"], len(details)))
        else:
            rest.append(block)
    parts = _parts(rest, path, unsaid)
    plain = len(parts) == 1 and set(parts[0]) == {"type", "text"}
    made: Json = {"role": "assistant", "content": parts[0]["text"] if plain else parts or None}
    if details:
        made["reasoning_details"] = details
    if calls:
        made["tool_calls"] = calls
    return made


def detail(block: Json, index: int) -> Json:
    """A `reasoningContent` as a canonical detail."""
    told = block.get("reasoningText")
    if not isinstance(told, dict):
        return {"type": "reasoning.encrypted", "data": block.get("redactedContent"), "format": FORMAT, "index": index}
    text = told.get("text")
    made = {
        "type": "reasoning.text",
        "text": text if isinstance(text, str) else "",
        "format": "unknown",
        "index": index,
    }
    if told.get("signature") is not None:
        made |= {"signature": told["signature"], "format": FORMAT}
    return made


def _parts(blocks: list[Json], path: str, unsaid: dict[str, None]) -> list[Json]:
    """A cache point marks the part before it, as Anthropic's marker does."""
    made: list[Json] = []
    for block in blocks:
        if "cachePoint" in block:
            if made and CACHE not in made[-1]:
                made[-1] = {**made[-1], CACHE: _marker(block["cachePoint"])}
            else:
                unsaid[f"{path.split('.')[0]}.cachePoint"] = None
            continue
        made.append(_part(block, unsaid))
    return made


def _part(block: Json, unsaid: dict[str, None]) -> Json:
    match block:
        case {"text": str(text)}:
            return {"type": "text", "text": text}
        case {"json": value}:
            return {"type": "text", "text": msgspec.json.encode(value).decode()}
        case {"guardContent": {"text": {"text": str(text)}}}:
            unsaid["messages.guardContent"] = None
            return {"type": "text", "text": text}
        case {"citationsContent": {"content": list(content)}}:
            unsaid["messages.citationsContent"] = None
            return {"type": "text", "text": _joined(content)}
        case {"searchResult": {"content": list(content)} as found}:
            unsaid["messages.searchResult"] = None
            named = [text for text in (found.get("title"), found.get("source")) if isinstance(text, str)]
            return {"type": "text", "text": "\n".join((*named, _joined(content)))}
    for kind in MEDIA:
        if isinstance(inner := block.get(kind), dict):
            unsaid.update({f"messages.{kind}.{name}": None for name in ("context", "citations") if inner.get(name)})
            made = media.canonical_media(kind, inner)
            return {"type": OWN, "block": block} if made is None else made
    return {"type": OWN, "block": block}


def _joined(content: list[Any]) -> str:
    return "".join(one["text"] for one in content if isinstance(one, dict) and isinstance(one.get("text"), str))


def _marker(point: Any) -> Json:
    ttl = point.get("ttl") if isinstance(point, dict) else None
    return {"type": "ephemeral", **({"ttl": ttl} if isinstance(ttl, str) else {})}


def _tools(fields: Json, config: Json, unsaid: dict[str, None]) -> None:
    made: list[Json] = []
    for at, tool in enumerate(_objects(config.get("tools") or [], "toolConfig.tools")):
        spec = tool.get("toolSpec")
        if "cachePoint" in tool and made:
            made[-1] = {**made[-1], CACHE: _marker(tool["cachePoint"])}
        elif isinstance(spec, dict):
            schema = _object(spec.get("inputSchema"), f"toolConfig.tools.{at}.toolSpec.inputSchema").get("json")
            function = {"name": spec.get("name"), "description": spec.get("description"), "parameters": schema}
            function["strict"] = spec.get("strict")
            function = {name: value for name, value in function.items() if value is not None}
            made.append({"type": "function", "function": function})
        else:
            made.append({"type": OWN, "block": tool})
    if made:
        fields["tools"] = made
    match config.get("toolChoice"):
        case {"auto": _}:
            fields["tool_choice"] = "auto"
        case {"any": _}:
            fields["tool_choice"] = "required"
        case {"tool": {"name": str(name)}}:
            fields["tool_choice"] = {"type": "function", "function": {"name": name}}
        case None:
            pass
        case _:
            unsaid["toolConfig.toolChoice"] = None


def _schema(output: Any) -> Json | None:
    match output:
        case {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": str(text)} as told}}}:
            try:
                schema = msgspec.json.decode(text)
            except jsonbody.MALFORMED:
                field = "outputConfig.textFormat.structure.jsonSchema.schema"
                raise BadRequest("it is not JSON.", remedy=f"Correct `{field}`.", field=field, value=text) from None
            named = {name: told[name] for name in ("name", "description") if isinstance(told.get(name), str)}
            return {"type": "json_schema", "json_schema": {**named, "schema": schema, "strict": True}}
    return None


def _reasoning(more: Json) -> Json | None:
    """The spellings of Claude, Nova and gpt-oss."""
    thinking = more.get("thinking") or more.get("reasoning_config")
    if isinstance(thinking, dict):
        if thinking.get("type") == "disabled":
            return {"enabled": False}
        budget = thinking.get("budget_tokens")
        return {"max_tokens": budget} if type(budget) is int else {"enabled": True}
    nova = more.get("reasoningConfig")
    if isinstance(nova, dict):
        effort = nova.get("maxReasoningEffort")
        return {"effort": effort} if isinstance(effort, str) else {"enabled": nova.get("type") == "enabled"}
    effort = more.get("reasoning_effort") or more.get("reasoning_config")
    return {"effort": effort} if isinstance(effort, str) else None


def _objects(value: Any, path: str) -> list[Json]:
    if not isinstance(value, list):
        raise BadRequest("expected an array.", remedy=f"Correct `{path}`.", field=path, value=value)
    for at, one in enumerate(value):
        if not isinstance(one, dict):
            here = f"{path}.{at}"
            raise BadRequest("expected an object.", remedy=f"Correct `{here}`.", field=here, value=one)
    return value


def _object(value: Any, path: str) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRequest("expected an object.", remedy=f"Correct `{path}`.", field=path, value=value)
    return value
