"""Whole replies: relayed (identity and usage touched, nothing else), or decoded to canonical and encoded again."""

from __future__ import annotations

import contextlib
import datetime
from typing import Any

import msgspec
from crossroads_openai_chat.reply import spoken

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.errors import BadUpstream
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage
from crossroads_google_gemini import candidate as one
from crossroads_google_gemini.candidate import CandidateReader
from crossroads_google_gemini.config import TIER_NAMES
from crossroads_google_gemini.errors import embedded_error
from crossroads_google_gemini.media import google_extra
from crossroads_google_gemini.models import traits
from crossroads_google_gemini.shape import Json, Misshapen, a_text, an_object, objects
from crossroads_google_gemini.turn import merged, text_of
from crossroads_google_gemini.usage import google_usage, parse_usage
from crossroads_google_gemini.written import Turn

REMEDY = "Retry, or let other providers serve the call."
_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def broken(what: str) -> BadUpstream:
    return BadUpstream(what, remedy=REMEDY)


def parse(data: bytes) -> Json:
    """A reply or an event of a stream. Raises BadUpstream, UpstreamRefused: an error in disguise."""
    try:
        document = msgspec.json.decode(data)
    except MALFORMED:
        raise broken("the provider sent something that is not JSON.") from None
    if not isinstance(document, dict):
        raise broken("the provider sent something that is not a JSON object.")
    if document.get("error") is not None:
        raise embedded_error(data, document["error"])
    return document


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    document = parse(body)
    try:
        return _decoded(document)
    except Misshapen as error:
        raise broken(f"the provider sent a reply that can't be read: {error}.") from None


def _decoded(document: Json) -> Reply:
    rows = objects(document, "candidates")
    blocked = one.blocked_prompt(document)
    if not rows and blocked is None:
        raise broken("the provider's reply has no candidates.")
    response_id = a_text(document, "responseId")
    choices: list[Json] = []
    searches = 0
    for number, row in enumerate(rows or [blocked or {}]):
        reader = CandidateReader(response_id, one.index_of(row) or number)
        deltas, rest = reader.read(row)
        if reader.turn.unfinished:
            raise broken("the provider's reply ends inside a function call.")
        message = merged(deltas)
        choices.append({**rest, "message": {"role": "assistant", "content": message.pop("content", None), **message}})
        searches += billed_searches(reader.sources.searches, a_text(document, "modelVersion"))
    found: Document = {
        "id": response_id,
        "object": "chat.completion",
        "model": a_text(document, "modelVersion"),
        "choices": choices,
        **described(document),
    }
    raw = an_object(document, "usageMetadata")
    return Reply(
        document={name: value for name, value in found.items() if value is not None},
        usage=parse_usage(raw, searches=searches),
        finish_reason=choices[0]["finish_reason"],
        upstream_id=response_id,
    )


def billed_searches(queries: int, model: str | None) -> int:
    """Google bills each query since Gemini 3, before it each prompt that was grounded (its price list, 2026-11-25)."""
    return queries if not model or traits(model).levels else min(queries, 1)


def described(document: Json) -> Json:
    """`created`, `service_tier`, and what only Google has words for. Raises Misshapen."""
    found: Json = {}
    if stated := a_text(document, "createTime"):
        with contextlib.suppress(ValueError, OverflowError):
            found["created"] = int(datetime.datetime.fromisoformat(stated).timestamp())
    tier = a_text(an_object(document, "usageMetadata"), "serviceTier")
    if tier in TIER_NAMES:
        found["service_tier"] = TIER_NAMES[tier or ""]
    kept = {name: document[name] for name in ("promptFeedback", "modelStatus") if document.get(name)}
    if kept:
        found["extra_content"] = {"google": kept}
    return found


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    reply = decode_response(body)
    document: dict[str, Any] = _shallow(body)
    stamped(document, stamp)
    if reply.usage is not None:
        document["usageMetadata"] = {**_raw_usage(document), **priced(reply.usage, stamp)}
    return Reply(
        body=jsonbody.encode(document),
        usage=reply.usage,
        finish_reason=reply.finish_reason,
        upstream_id=reply.upstream_id,
    )


def stamped(document: dict[str, Any], stamp: Stamp) -> None:
    document["responseId"], document["modelVersion"] = stamp.id, stamp.model


def priced(usage: Usage, stamp: Stamp) -> Json:
    """What a relay adds to Google's own figures."""
    return {"cost": stamp.price(usage).json()}


def _raw_usage(document: dict[str, Any]) -> Json:
    found: Json = msgspec.json.decode(document["usageMetadata"])
    return found


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`."""
    document = reply.document or {}
    extra = google_extra(document)
    candidates = []
    for choice in document.get("choices") or []:
        message = said_by(choice, "message")
        candidates.append(one.to_google(choice, client_parts(message), text_of(message.get("content"))))
    if (extra.get("promptFeedback") or {}).get("blockReason"):
        candidates = [each for each in candidates if each["content"]["parts"]]
    found: dict[str, Any] = {"candidates": candidates, **created(document), **extra}
    stamped(found, stamp)
    if reply.usage is not None:
        found["usageMetadata"] = {**google_usage(reply.usage, stamp.price(reply.usage)), **served(document)}
    return jsonbody.encode(found)


def said_by(choice: Json, holder: str) -> Json:
    """The message or delta, with its refusal as text; what Google itself filtered is told by the end of the turn."""
    said: Json = choice.get(holder) or {}
    return said if choice.get("finish_reason") == "content_filter" else spoken(said)


def created(document: Json) -> Json:
    """`createTime` of a canonical document."""
    seconds = document.get("created")
    if type(seconds) is not int or not 0 <= seconds < 2**37:
        return {}
    return {"createTime": datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def served(document: Json) -> Json:
    """`serviceTier` of a canonical document."""
    tier = next((theirs for theirs, ours in TIER_NAMES.items() if ours == document.get("service_tier")), None)
    return {"serviceTier": tier} if tier else {}


def client_parts(message: Json) -> list[Json]:
    """The parts of a canonical message, for a Gemini client."""
    return Turn(message, None).parts()
