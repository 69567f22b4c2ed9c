"""Vertex AI: `predict` with one instance a text. Its fields are free-form values, so their spelling is the caller's.

Source: Vertex AI reference, "Text embeddings API", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.media import need_text
from crossroads_google_gemini.shape import Json, Misshapen, a_count, an_object, objects
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.errors import Unsupported
from crossroads.original import Reading
from crossroads.types.usage import Usage
from crossroads_google_embeddings import given

NAME = "google-vertex-embeddings"
VERB = "predict"


def spelled(document: Json) -> Json:
    return document


def canonical(document: Json) -> Reading:
    """See `Format`."""
    instances, parameters = objects(document, "instances"), an_object(document, "parameters")
    if not instances:
        raise Misshapen("instances", "a list that is not empty", [])
    fields: Json = {"input": [need_text(one, "content") for one in instances]}
    if isinstance(task := given.common(instances, "task_type"), str):
        fields["input_type"] = given.input_type_of(task)
    if parameters.get("outputDimensionality") is not None:
        fields["dimensions"] = parameters["outputDimensionality"]
    said = ("content", "task_type") if "input_type" in fields else ("content",)
    unsaid = {name: None for one in instances for name in one if name not in said}
    unsaid |= {name: None for name in parameters if name != "outputDimensionality"}
    unsaid |= {name: None for name in document if name not in ("instances", "parameters", "model")}
    return Reading(fields, unsaid=tuple(unsaid))


def encoded(asked: Json, ledger: Ledger) -> Json:
    """See `Format`."""
    task = {"task_type": given.task_of(asked["input_type"])} if asked.get("input_type") else {}
    found: Json = {"instances": [{"content": _text(one), **task} for one in given.inputs_of(asked)]}
    if asked.get("dimensions") is not None:
        found["parameters"] = {"outputDimensionality": asked["dimensions"]}
    return found


def _text(one: Any) -> str:
    if isinstance(one, str):
        return one
    if [part.get("type") for part in one["content"]] == ["text"]:
        return str(one["content"][0]["text"])
    raise Unsupported("Vertex AI's predict embeds texts.", remedy="Send one text an input.", field="input")


def addressed(document: Json, upstream: str) -> Json:
    """See `Format`: the model stands in the URL alone."""
    return {name: value for name, value in document.items() if name != "model"}


def verb_url(url: str, upstream: str, document: Json) -> str:
    return given.with_verb(url, upstream, VERB, (VERB,))


def rows(document: Json) -> list[Any]:
    return [an_object(one, "embeddings").get("values") for one in objects(document, "predictions")]


def usage(document: Json) -> Usage | None:
    told = [an_object(an_object(one, "embeddings"), "statistics") for one in objects(document, "predictions")]
    counts = [a_count(statistics, "token_count") for statistics in told]
    known = [count for count in counts if count is not None]
    return Usage(input_tokens=sum(known)) if known and sum(known) <= TOKENS_MAX else None


def written(rows: list[list[float]], usage: Usage | None) -> Json:
    """The count of all of them is told with the first one: Google counts by text, others do not."""
    found: list[Json] = [{"embeddings": {"values": row}} for row in rows]
    if usage is not None and found:
        found[0]["embeddings"]["statistics"] = {"token_count": usage.prompt_tokens, "truncated": False}
    return {"predictions": found}


def priced(document: Json, cost: Json) -> Json:
    return {**document, "metadata": {**an_object(document, "metadata"), "cost": cost}}
