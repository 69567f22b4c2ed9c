"""A prediction as Replicate states it, and the addresses under which one is made.

Law: a state is read whatever it is; only where a reply is owed must it have an output (`made`).
Source: Replicate's HTTP API reference, "Predictions", pkg:pypi/replicate@1.0.7 (prediction.py, run.py), and recorded
exchanges, read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage

Json = dict[str, Any]

HEADERS = ((b"content-type", b"application/json"), (b"accept", b"application/json"), (b"prefer", b"wait"))
STREAM_HEADERS = ((b"content-type", b"application/json"), (b"accept", b"text/event-stream"))
HOOKS = ("webhook", "webhook_events_filter")
NO_HOOKS = "it would name a prediction that you do not know"
SENSITIVE = re.compile(r"\bNSFW\b|flagged|sensitive|\bE005\b|safety", re.I)
"""How models here say that they won't; the error is a text of the model's own."""
COUNTS = (("input_token_count", "token_input_count"), ("output_token_count", "token_output_count"))
"""Of `metrics`: names of the prompt's count, and of the text's."""


class Prediction(msgspec.Struct):
    """status: starting, processing, succeeded, failed or canceled; None: something else of Replicate's, with an id."""

    id: str
    status: str | None = None
    output: Any = None
    error: Any = None
    metrics: Json | None = None
    created_at: str | None = None


_prediction = msgspec.json.Decoder(Prediction)


def read_prediction(body: bytes) -> Prediction:
    """Raises BadUpstream: it is none; UpstreamRefused: it failed, or is an error in its place."""
    try:
        told = _prediction.decode(body)
    except MALFORMED:
        raise _no_prediction(body) from None
    if told.error or told.status == "failed":
        text = told.error if isinstance(told.error, str) and told.error else "the prediction failed"
        code = "content_policy_violation" if SENSITIVE.search(text) else ""
        raise embedded_error(msgspec.json.encode({"error": {"message": text, "code": code}}), {"message": text})
    return told


def _no_prediction(body: bytes) -> Exception:
    try:
        told = msgspec.json.decode(body)
    except MALFORMED:
        told = None
    if isinstance(told, dict) and isinstance(told.get("detail"), str):
        return embedded_error(body, told)
    return broken("the provider sent something that is no prediction.")


def made(prediction: Prediction) -> Prediction:
    """Raises BadUpstream: there is nothing that could be a reply."""
    if prediction.output is None or prediction.output in ("", [], {}):
        raise broken(f"the prediction is {prediction.status or 'unknown'}, and has no output.")
    return prediction


def texts(output: Any) -> Iterator[str]:
    """Every text of an output, in its order."""
    if isinstance(output, str):
        yield output
    elif isinstance(output, dict | list):
        for inner in output.values() if isinstance(output, dict) else output:
            yield from texts(inner)


def usage_of(metrics: Json | None) -> Usage | None:
    """Tokens, where a model counts them."""
    told = metrics or {}
    given, made_ = (next((told[name] for name in names if name in told), None) for names in COUNTS)
    if not all(type(count) is int and 0 <= count <= TOKENS_MAX for count in (given, made_)):
        return None
    return Usage(input_tokens=given, output_tokens=made_)


def seconds(created_at: str | None) -> int | None:
    """An RFC 3339 time as UTC seconds; Replicate writes up to nine digits of a fraction."""
    try:
        return int(datetime.fromisoformat(re.sub(r"\.\d+", "", created_at or "").replace("Z", "+00:00")).timestamp())
    except (ValueError, OverflowError):
        return None


def draft(input_: Fields, lost: list[Lost], *, url: str, upstream: str, stream: bool = False) -> Draft:
    """What makes a prediction. upstream: an official model, `owner/name`; or a version, alone or after a colon."""
    document: Fields = {"input": input_}
    if ":" in upstream or "/" not in upstream:
        document["version"] = upstream.rpartition(":")[2]
        url = url.partition("/models/")[0].removesuffix("/predictions") + "/predictions"
    if stream:
        document["stream"] = True
    return Draft(document=document, url=url, headers=STREAM_HEADERS if stream else HEADERS, lost=lost)
