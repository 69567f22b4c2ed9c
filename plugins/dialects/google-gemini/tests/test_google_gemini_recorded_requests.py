"""Every recorded request, decoded and encoded again, against an independent reading of Google's JSON."""

import base64
import json
import re
from typing import Any

import pytest
from crossroads_google_gemini import GoogleGemini

from crossroads import jsonbody
from crossroads.testing.recordings import NO_RECORDINGS, recordings_folder
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

DIALECT = GoogleGemini()
FOLDERS = ("google-gemini", "google-vertex")
RECORDED = pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
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


def recorded(folder):
    """Accepted calls: (model, asked for a stream, body)."""
    for path in sorted((recordings_folder() / folder).glob("*.jsonl")):
        for line in path.read_text().splitlines():
            one = json.loads(line)
            asked = one["request"]
            accepted = one["operation"] == "chat" and one["response"]["status"] == 200
            if accepted and asked and isinstance(asked["body"], dict):
                yield asked["url"].split("/models/")[1].split(":")[0], one["stream"], asked["body"]


@RECORDED
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_recorded_request_is_the_same_after_both_ways(folder):
    count = 0
    for model, stream, body in recorded(folder):
        params = {"model": model, "path": f"/models/{{model}}:{'streamG' if stream else 'g'}enerateContent"}
        opened = DIALECT.open(json.dumps(body).encode(), params)
        url = f"https://api.example/v1beta/models/{model}:generateContent"
        draft = DIALECT.encode_request(DIALECT.decode_request(opened), url=url, upstream=model, stream=opened.stream)
        assert normal(json.loads(jsonbody.encode(draft.document))) == normal(body)
        assert draft.url.endswith(":streamGenerateContent?alt=sse" if stream else ":generateContent")
        count += 1
    assert count > 100


@RECORDED
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_request_of_another_formats_client_holds_nothing_but_published_fields(folder):
    types = pytest.importorskip("google.genai.types")
    for model, stream, body in recorded(folder):
        opened = DIALECT.open(json.dumps(body).encode(), {"model": model})
        request = validate(ChatRequest, DIALECT.decode_request(opened).model_dump_json(exclude_unset=True).encode())
        draft = DIALECT.encode_request(request, url="https://api.example", upstream=model, stream=stream)
        document = json.loads(jsonbody.encode(draft.document))
        for content in document["contents"]:
            types.Content.model_validate(content)
        for tool in document.get("tools", []):
            types.Tool.model_validate(tool)
        if "generationConfig" in document:
            types.GenerationConfig.model_validate(document["generationConfig"])
        if "toolConfig" in document:
            types.ToolConfig.model_validate(document["toolConfig"])


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
