"""`POST /v2/jobs` (sound and configuration in a form), `/jobs/{id}` until it is done, then `/jobs/{id}/transcript`.

What is paid is the length of the sound, `job.duration`.
Sources: pkg:pypi/speechmatics-batch@1.1.0 (_async_client.py, _common.py, _models.py);
https://docs.speechmatics.com/speech-to-text/batch/output, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_speech.vendor import HANDLED, UNHEARD, VendorTranscription, seconds_used, sound_of, timed

from crossroads.call import Lost
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.steps import Step

ASKED_EVERY_S = 1.0
UNDER_WAY = ("created", "running")
LANGUAGE = "en"
"""For a caller who names none: Speechmatics insists on one, and this is what its own client sends."""
NOBODY = "UU"
"""The speaker of words whose speaker is not known."""
WORD = {"start": "start", "end": "end", "speaker": "speaker", "confidence": "confidence"}


class SpeechmaticsTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "speechmatics-transcription"
    upstream_path = "/jobs"
    takes_steps = True
    file_field = "data_file"

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return {"file" if name == self.file_field else name: value for name, value in own.items()}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        about, lost = leftover(fields, (*HANDLED, "config"), UNHEARD)
        about |= {"model": upstream, "language": fields.get("language", LANGUAGE)}
        if "language" not in fields:
            lost.append(Lost("language", "emulated", f"the provider insists on one: sent as {LANGUAGE}"))
        config = msgspec.json.encode({"type": "transcription", "transcription_config": about}).decode()
        return Draft(
            document={"config": config, "data_file": sound_of(fields)},
            url=url,
            headers=((b"accept", b"application/json"),),
            lost=lost,
            form=True,
        )

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        job = told.get("job", told)
        number = job.get("id") if isinstance(job, dict) else None
        if "results" in told or not isinstance(number, str) or not number.isalnum():
            return None
        if job.get("status") == "done":
            return Step(url=f"{url}/{number}/transcript")
        return (
            Step(url=f"{url}/{number}", after_s=ASKED_EVERY_S) if job.get("status", UNDER_WAY[0]) in UNDER_WAY else None
        )

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        job, rows = told.get("job"), told.get("results")
        job = job if isinstance(job, dict) else {}
        if not isinstance(rows, list):
            raise _failure(job)
        heard = [row for row in map(_heard, rows) if row is not None]
        document: Document = {"text": _joined(heard, _delimiter(told))}
        words = timed([row for row in heard if row["type"] == "word"], "content", **WORD)
        if words:
            document["words"] = words
        if (language := next((row["language"] for row in heard if row.get("language")), None)) is not None:
            document["language"] = language
        usage = seconds_used(job.get("duration"))
        if usage is not None:
            document["duration"] = job["duration"]
        return Reply(document=document, usage=usage, upstream_id=text_at(job, "id"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        rows = [_row(word) for word in document.get("words") or ()]
        if "language" in document and rows:
            rows[0]["alternatives"][0]["language"] = document["language"]
        if not rows and document.get("text"):
            rows = [{"type": "word", "alternatives": [{"content": document["text"]}]}]
        job = {"id": stamp.id} | ({"duration": document["duration"]} if "duration" in document else {})
        return msgspec.json.encode({"format": "2.9", "job": job, "results": rows})


def _heard(row: Any) -> Json | None:
    """A word or mark with its likeliest reading, flat; None: nothing was read. Raises BadUpstream."""
    if not isinstance(row, dict):
        raise broken("the provider's transcript has a word that can't be read.")
    read = row.get("alternatives")
    first = read[0] if isinstance(read, list) and read and isinstance(read[0], dict) else {}
    if not isinstance(first.get("content"), str):
        return None
    speaker = first.get("speaker")
    return {
        "type": row.get("type"),
        "content": first["content"],
        "start": row.get("start_time"),
        "end": row.get("end_time"),
        "confidence": first.get("confidence"),
        "language": first.get("language") if isinstance(first.get("language"), str) else None,
        "speaker": None if speaker == NOBODY else speaker,
    }


def _joined(heard: list[Json], delimiter: str) -> str:
    """Marks stand at the word before them."""
    text = ""
    for row in heard:
        text += (delimiter if text and row["type"] != "punctuation" else "") + row["content"]
    return text


def _delimiter(told: Json) -> str:
    """What stands between words: nothing in some languages."""
    about = told.get("metadata")
    pack = about.get("language_pack_info") if isinstance(about, dict) else None
    between = pack.get("word_delimiter") if isinstance(pack, dict) else None
    return between if isinstance(between, str) else " "


def _row(word: Json) -> Json:
    read = {name: word[name] for name in ("confidence", "speaker") if name in word}
    times = {f"{edge}_time": word[edge] for edge in ("start", "end") if edge in word}
    return {"type": "word", **times, "alternatives": [{"content": word["word"], **read}]}


def _failure(job: Json) -> Exception:
    if job.get("status") != "rejected":
        return broken("the provider's reply has no transcript.")
    errors = job.get("errors")
    texts = [str(one.get("message")) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return refused(f"the job was rejected: {'; '.join(texts) or 'no reason given'}")
