"""The Gemini API: `embedContent` takes one content, `batchEmbedContents` several requests of that form.

A content is one input, of one text or of parts that make one vector together. A lone vector stands in the reply under
both names, `embedding` and `embeddings`: the reply does not know by which verb it was asked for.
Source: Gemini API reference, "Embeddings", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.media import to_canonical, to_google
from crossroads_google_gemini.shape import Json, Misshapen, a_count, an_object, objects
from crossroads_google_gemini.spelling import camel
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.original import Reading
from crossroads.types.usage import Usage
from crossroads_google_embeddings import given

NAME = "google-embeddings"
ONE, MANY = "embedContent", "batchEmbedContents"
SAID = frozenset({"content", "model", "outputDimensionality", "taskType"})

spelled = camel


def canonical(document: Json) -> Reading:
    """See `Format`."""
    lone = "requests" not in document
    items = [document] if lone else objects(document, "requests")
    if not items:
        raise Misshapen("requests", "a list that is not empty", [])
    inputs = [_input(item) for item in items]
    if not all(isinstance(one, str) for one in inputs):
        inputs = [{"content": [{"type": "text", "text": one}]} if isinstance(one, str) else one for one in inputs]
    fields: Json = {"input": inputs[0] if lone and isinstance(inputs[0], str) else inputs}
    if isinstance(task := given.common(items, "taskType"), str):
        fields["input_type"] = given.input_type_of(task)
    if (dimensions := given.common(items, "outputDimensionality")) is not None:
        fields["dimensions"] = dimensions
    said = SAID | {"requests"} if lone else SAID
    unsaid = {name: None for item in items for name in item if name not in said}
    unsaid |= {name: None for name in document if name not in ("requests", "model") and not lone}
    differing = ("taskType", "outputDimensionality")
    unsaid |= {n: None for n in differing if given.common(items, n) is None and any(n in item for item in items)}
    return Reading(fields, unsaid=tuple(unsaid))


def _input(item: Json) -> Any:
    content = item.get("content")
    if isinstance(content, str):
        return content
    parts = [to_canonical(part) for part in objects(an_object(item, "content"), "parts")]
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return parts[0]["text"]
    return {"content": parts}


def encoded(asked: Json, ledger: Ledger) -> Json:
    """See `Format`."""
    settings: Json = {}
    if asked.get("input_type"):
        settings["taskType"] = given.task_of(asked["input_type"])
    if asked.get("dimensions") is not None:
        settings["outputDimensionality"] = asked["dimensions"]
    requests = []
    for one in given.inputs_of(asked):
        said = [{"type": "text", "text": one}] if isinstance(one, str) else one["content"]
        requests.append({"model": "", "content": {"parts": [to_google(part, ledger) for part in said]}, **settings})
    return {"requests": requests}


def addressed(document: Json, upstream: str) -> Json:
    """See `Format`. A request inside a batch names its model, and it must be that of the URL."""
    named = f"models/{upstream.removeprefix('models/')}"
    found = {**document, "model": named} if "model" in document else dict(document)
    if "requests" in found:
        found["requests"] = [{**one, "model": named} for one in objects(found, "requests")]
    return found


def verb_url(url: str, upstream: str, document: Json) -> str:
    return given.with_verb(url, upstream, MANY if "requests" in document else ONE, (MANY, ONE))


def rows(document: Json) -> list[Any]:
    many = objects(document, "embeddings") or objects(document, "embedding")
    return [one.get("values") for one in many]


def usage(document: Json) -> Usage | None:
    count = a_count(an_object(document, "usageMetadata"), "promptTokenCount")
    return None if count is None or count > TOKENS_MAX else Usage(input_tokens=count)


def written(rows: list[list[float]], usage: Usage | None) -> Json:
    many = [{"values": row} for row in rows]
    found: Json = {"embedding": many[0], "embeddings": many} if len(many) == 1 else {"embeddings": many}
    return found if usage is None else {**found, "usageMetadata": {"promptTokenCount": usage.prompt_tokens}}


def priced(document: Json, cost: Json) -> Json:
    return {**document, "usageMetadata": {**an_object(document, "usageMetadata"), "cost": cost}}
