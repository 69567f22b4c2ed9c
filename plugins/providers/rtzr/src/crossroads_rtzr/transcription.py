"""`POST /v1/transcribe` (a form: the sound, and `config` as JSON), then `GET /v1/transcribe/{id}` until completed.

Times are milliseconds there, seconds here; words are asked for always. Who asks oftener than every five seconds is
turned away.

Sources: https://developers.rtzr.ai/docs/en/stt-file; https://github.com/vito-ai/python-tutorial
(stt-chapter-generator); of the reply https://github.com/spencer0124/rtzr-cli (docs/rtzr-api-reference.md), read
2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.asked import NUMBER
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import (
    HANDLED,
    UNHEARD,
    VendorTranscription,
    in_segments,
    is_moment,
    rows_of,
    sound_of,
    timed,
)

from crossroads.dialect import Draft, Reply, Stamp
from crossroads.steps import Step

ASKED_EVERY_S = 5.0
WAITS = (None, "transcribing")
POLYGLOT = "whisper"
"""The model that finds out the language; the other one takes it for Korean."""
DETECTED = "detect"


class RtzrTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "rtzr-transcription"
    upstream_path = "/v1/transcribe"
    takes_steps = True

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, (*HANDLED, "config"), UNHEARD)
        config = {"use_word_timestamp": True, **own, "model_name": upstream}
        if "language" in fields or upstream == POLYGLOT:
            config["language"] = fields.get("language", DETECTED)
        form: Json = {"file": sound_of(fields), "config": msgspec.json.encode(config).decode()}
        return Draft(document=form, url=url, headers=((b"accept", b"application/json"),), lost=lost, form=True)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        number = told.get("id")
        if told.get("status") in WAITS and isinstance(number, str) and NUMBER.fullmatch(number) is not None:
            return Step(url=f"{url}/{number}", after_s=ASKED_EVERY_S)
        return None

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("status") == "failed":
            why = told.get("error")
            text = str(why.get("message") or why.get("code")) if isinstance(why, dict) else "no reason given"
            raise refused(f"the transcription failed ({text})")
        results = told.get("results")
        spoken = rows_of(results.get("utterances") if isinstance(results, dict) else None)
        if not isinstance(results, dict) or not all(isinstance(one.get("msg"), str) for one in spoken):
            raise broken("the provider's reply has no transcript.")
        text = " ".join(one["msg"].strip() for one in spoken if one["msg"].strip())
        language = spoken[0].get("lang") if spoken else None
        rows = [{"text": one["msg"], **_times(one), **_speaker(one)} for one in spoken]
        reply = in_segments(text, rows, language=language, upstream_id=told.get("id"))
        heard = [word for one in spoken for word in rows_of(one.get("words"))]
        words = timed([{**word, **_times(word)} for word in heard], "text", start="start", end="end")
        if reply.document is not None and words:
            reply.document["words"] = words
        return reply

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        words = [{"text": word["word"], **_own_times(word)} for word in document.get("words") or ()]
        language = {"lang": document["language"]} if "language" in document else {}
        spoken: list[Json] = []
        for row in document.get("segments") or [{"text": document.get("text", "")}]:
            who = {"spk": row["speaker"]} if "speaker" in row else {}
            spoken.append({"msg": row["text"], **_own_times(row), **who, **language, "words": words})
            words = []  # all of them stand in the first
        told = {"id": stamp.id, "status": "completed", "results": {"utterances": spoken}}
        return msgspec.json.encode(told)


def _times(told: Json) -> Json:
    """In seconds; nothing where it has none."""
    start: Any = told.get("start_at")
    lasts: Any = told.get("duration")
    if not (is_moment(start) and is_moment(lasts)):
        return {}
    return {"start": start / 1000, "end": (start + lasts) / 1000}


def _own_times(row: Json) -> Json:
    if "start" not in row:
        return {}
    start = round(row["start"] * 1000)
    return {"start_at": start, "duration": round(row["end"] * 1000) - start}


def _speaker(told: Json) -> Json:
    return {"speaker": told["spk"]} if type(told.get("spk")) is int else {}
