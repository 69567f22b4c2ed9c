"""An independent reading of Google's JSON, by plain walking: what the tests compare the codec with."""

import base64
import json
import re
from typing import Any

OPAQUE = {"args", "response", "labels", "parametersJsonSchema", "responseJsonSchema"}


def camel(value: Any) -> Any:
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {re.sub(r"_([a-z])", lambda m: m[1].upper(), key): inner for key, inner in value.items()}
    return {
        key: inner
        if key in OPAQUE
        else {name: camel(each) for name, each in inner.items()}
        if key == "properties"
        else camel(inner)
        for key, inner in named.items()
    }


def events(text: str) -> list[Any]:
    """The documents of a stream, in either framing."""
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def read_reply(documents: list[Any]) -> dict[str, Any]:
    """Of the first candidate: text, thoughts, calls, signatures, sources, finish; and the last usage."""
    said: dict[str, Any] = {"text": "", "thoughts": "", "calls": [], "signatures": [], "urls": set(), "media": 0}
    said |= {"finish": None, "usage": {}, "opaque": 0}
    for document in documents:
        said["usage"] = document.get("usageMetadata") or said["usage"]
        for candidate in (document.get("candidates") or [])[:1]:
            said["finish"] = candidate.get("finishReason") or said["finish"]
            for part in (candidate.get("content") or {}).get("parts") or []:
                _read_part(part, said)
            for chunk in (candidate.get("groundingMetadata") or {}).get("groundingChunks") or []:
                said["urls"] |= {inner["uri"] for inner in chunk.values() if isinstance(inner, dict) and "uri" in inner}
            cited = candidate.get("citationMetadata") or {}
            for source in [*cited.get("citationSources", []), *cited.get("citations", [])]:
                said["urls"] |= {source["uri"]} if "uri" in source else set()
    return said


def _read_part(part: dict[str, Any], said: dict[str, Any]) -> None:
    if "thoughtSignature" in part:
        said["signatures"].append(part["thoughtSignature"])
    if "functionCall" in part:
        call = part["functionCall"]
        if call.get("name"):
            said["calls"].append([call["name"], dict(call.get("args") or {})])
        for piece in call.get("partialArgs") or []:
            _put(said["calls"][-1][1], piece)
    elif "text" in part:
        said["thoughts" if part.get("thought") else "text"] += part["text"]
    elif "inlineData" in part and not part.get("thought"):
        said["media"] += 1
    elif set(part) - {"thoughtSignature"}:
        said["opaque"] += 1


def _put(args: dict[str, Any], piece: dict[str, Any]) -> None:
    here: Any = args
    *path, last = [
        int(n) if n else key for key, n in re.findall(r"([^.\[\]$]+)|\[(\d+)\]", piece["jsonPath"]) if n or key
    ]
    steps = [*path, last]
    for step, following in zip(steps, steps[1:], strict=False):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            here += [None] * (step + 1 - len(here))
            here[step] = here[step] or empty
        else:
            here.setdefault(step, empty)
        here = here[step]
    if isinstance(last, int):
        here += [None] * (last + 1 - len(here))
    old = here[last] if isinstance(last, int) else here.get(last)
    text = piece.get("stringValue")
    here[last] = (old or "") + text if text is not None else piece.get("numberValue", piece.get("boolValue"))


def total(usage: dict[str, Any]) -> int:
    names = ("promptTokenCount", "candidatesTokenCount", "toolUsePromptTokenCount", "thoughtsTokenCount")
    return max(usage.get("totalTokenCount", 0), sum(usage.get(name) or 0 for name in names))


def normal(document: Any) -> Any:
    """A request in the one form that all its equivalents have."""
    found = camel(document)
    found.pop("model", None)
    instruction = found.pop("systemInstruction", None)
    if isinstance(instruction, str):
        instruction = {"parts": [{"text": instruction}]}
    if instruction:
        found["systemInstruction"] = [_part(part) for part in _many(instruction["parts"])]
    contents = found["contents"]
    turns: list[list[Any]] = []
    for content in [{"parts": [{"text": contents}]}] if isinstance(contents, str) else _many(contents):
        role = "model" if content.get("role") == "model" else "user"
        parts = [_part(part) for part in _many(content.get("parts") or [])]
        if turns and turns[-1][0] == role:
            turns[-1][1] += parts
        else:
            turns.append([role, parts])
    found["contents"] = [[role, _united(parts)] for role, parts in turns]
    tools = [dict(tool) for tool in _many(found.pop("tools", None) or [])]
    declared = [_declaration(each) for tool in tools for each in tool.pop("functionDeclarations", None) or []]
    found["tools"] = [declared, sorted(json.dumps(tool, sort_keys=True) for tool in tools if tool)]
    choosing = found.get("toolConfig", {}).get("functionCallingConfig", {})
    if "mode" in choosing:
        choosing["mode"] = choosing["mode"].upper()
    config = found.get("generationConfig") or {}
    if "responseSchema" in config and config.get("responseMimeType", "").endswith("json"):
        config["responseJsonSchema"] = config.pop("responseSchema")
    if "responseJsonSchema" in config:
        config["responseJsonSchema"] = _schema(config["responseJsonSchema"])
    if config.get("responseMimeType") == "text/plain":
        del config["responseMimeType"]
    thinking = config.get("thinkingConfig", {})
    if thinking.get("includeThoughts") is False:
        del thinking["includeThoughts"]
    if "thinkingLevel" in thinking:
        thinking["thinkingLevel"] = thinking["thinkingLevel"].upper()
    return _pruned(found)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _united(parts: list[Any]) -> list[Any]:
    """Answers stand before what else the turn holds; text without a signature is one with the text before it."""
    parts = [p for p in parts if "functionResponse" in p] + [p for p in parts if "functionResponse" not in p]
    out: list[Any] = []
    for part in parts:
        if out and part.keys() == out[-1].keys() and part.keys() in ({"text"}, {"text", "thought"}):
            out[-1] = {**part, "text": out[-1]["text"] + part["text"]}
        else:
            out.append(part)
    return [part for part in out if part != {"text": ""}]


def _part(part: Any) -> Any:
    found = {name: value for name, value in part.items() if value is not None}
    for holder in (found, found.get("functionResponse", {})):
        if "parts" in holder:
            holder["parts"] = [_part(each) for each in holder["parts"]]
    if "inlineData" in found:
        data = found["inlineData"]["data"].translate(str.maketrans("-_", "+/"))
        mime = found["inlineData"]["mimeType"].replace("audio/mpeg", "audio/mp3").replace("audio/x-wav", "audio/wav")
        found["inlineData"] = [mime, base64.b64decode(data).hex()]
    if "fileData" in found:
        found["fileData"] = found["fileData"]["fileUri"]
    if "functionCall" in found:
        found["functionCall"] = {"args": {}, **found["functionCall"]}
    return found


def _declaration(declared: Any) -> Any:
    found = dict(declared)
    schema = found.pop("parametersJsonSchema", found.pop("parameters", None))
    return {**found, "parameters": None if schema is None else _schema(schema)}


def _schema(value: Any) -> Any:
    """OpenAPI's spelling and JSON Schema's as one."""
    if isinstance(value, list):
        return [_schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _schema(inner) for key, inner in camel(value).items()}
    kind = found.get("type")
    if isinstance(kind, list) and "null" in kind and len(kind) == 2:
        found["type"], found["nullable"] = next(k for k in kind if k != "null"), True
    if isinstance(found.get("type"), int):
        found["type"] = ["", "string", "number", "integer", "boolean", "array", "object"][found["type"]]
    if isinstance(found.get("type"), str):
        found["type"] = found["type"].lower()
    if isinstance(found.get("enum"), list):
        found["enum"] = [each for each in found["enum"] if each is not None]
    if found.get("nullable") is False:
        del found["nullable"]
    return found


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: p for k, v in value.items() if (p := _pruned(v)) not in (None, {}, [])}
    return [_pruned(item) for item in value] if isinstance(value, list) else value
