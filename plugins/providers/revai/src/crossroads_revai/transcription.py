"""`POST /speechtotext/v1/jobs` (a form), then the job until it is transcribed, then its transcript.

A transcript is monologues of elements: words with their times, and what stands between them. Law (MONEY-4): it does not
say how long the sound was; the end of its last word stands for that, estimated.
Source: pkg:pypi/rev-ai@2.21.0 (apiclient.py, models/asynchronous), recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.asked import id_in
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import HANDLED, UNHEARD, VendorTranscription, is_moment, seconds_used, sound_of

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.steps import Step

ASKED_EVERY_S = 1.0
TRANSCRIPT = ((b"accept", b"application/vnd.rev.transcript.v1.0+json"),)


class RevAITranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "revai-transcription"
    upstream_path = "/speechtotext/v1/jobs"
    takes_steps = True
    file_field = "media"
    own = {"source_config": jsonbody.OBJECT}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = {{"media": "file", "transcriber": "model"}.get(name, name): value for name, value in own.items()}
        options = fields.pop("options", None)
        return {**fields, **(msgspec.json.decode(options) if isinstance(options, str) else {})}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        options, lost = leftover(fields, (*HANDLED, "source_config"), UNHEARD)
        options["transcriber"] = upstream
        if "language" in fields:
            options["language"] = fields["language"]
        if "source_config" in fields:
            document = {**options, "source_config": fields["source_config"]}
            return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)
        form = {"media": sound_of(fields), "options": msgspec.json.encode(options).decode()}
        return Draft(document=form, url=url, headers=JSON_HEADERS[1:], lost=lost, form=True)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        number, status = id_in(told, "id"), told.get("status")
        if number is None:
            return None
        job = f"{url}/{number}"
        if status == "in_progress":
            return Step(url=job, after_s=ASKED_EVERY_S)
        return Step(url=f"{job}/transcript", headers=TRANSCRIPT) if status == "transcribed" else None

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("status") == "failed":
            raise refused(told.get("failure_detail") or told.get("failure"))
        spoken = told.get("monologues")
        if not isinstance(spoken, list) or not all(isinstance(one, dict) for one in spoken):
            raise broken("the provider's reply has no transcript.")
        segments = [_segment(at, one) for at, one in enumerate(spoken)]
        document: Document = {"text": " ".join(one["text"].strip() for one in segments if one["text"].strip())}
        words = [word for one in spoken for word in _words(one)]
        if words:
            document["words"] = words
        if timed := [one for one in segments if "start" in one]:
            document["segments"] = timed
        usage = seconds_used(max((word["end"] for word in words), default=None))
        return Reply(document=document, usage=usage and msgspec.structs.replace(usage, quality="estimated"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        words = (reply.document or {}).get("words") or []
        spoken: list[Json] = []
        for word in words:
            if not spoken or spoken[-1]["speaker"] != word.get("speaker", 0):
                spoken.append({"speaker": word.get("speaker", 0), "elements": []})
            elements = spoken[-1]["elements"]
            elements += [{"type": "punct", "value": " "}] if elements else []
            more = {"confidence": word["confidence"]} if "confidence" in word else {}
            times = {"ts": word["start"], "end_ts": word["end"]}
            elements.append({"type": "text", "value": word["word"], **times, **more})
        if not words and (text := (reply.document or {}).get("text")):
            spoken = [{"speaker": 0, "elements": [{"type": "text", "value": text}]}]
        return msgspec.json.encode({"monologues": spoken})


def _elements(one: Json) -> list[Json]:
    elements = one.get("elements")
    rows: list[Any] = elements if isinstance(elements, list) else [None]
    if not all(isinstance(row, dict) and isinstance(row.get("value"), str) for row in rows):
        raise broken("the provider's transcript has a monologue that can't be read.")
    return rows


def _words(one: Json) -> list[Json]:
    """Its words that have times, with the punctuation that follows each."""
    made: list[Json] = []
    for element in _elements(one):
        if element.get("type") == "text" and _is_timed(element):
            more = {"confidence": element["confidence"]} if "confidence" in element else {}
            edges = {"start": element["ts"], "end": element["end_ts"]}
            made.append({"word": element["value"], **edges, "speaker": one.get("speaker", 0), **more})
        elif made and element.get("type") == "punct" and element["value"].strip():
            made[-1]["word"] += element["value"].strip()
    return made


def _segment(number: int, one: Json) -> Json:
    elements = _elements(one)
    made: Json = {"id": number, "text": "".join(element["value"] for element in elements)}
    if timed := [element for element in elements if _is_timed(element)]:
        made |= {"start": timed[0]["ts"], "end": timed[-1]["end_ts"], "speaker": one.get("speaker", 0)}
    return made


def _is_timed(element: Json) -> bool:
    return all(is_moment(element.get(edge)) for edge in ("ts", "end_ts"))
