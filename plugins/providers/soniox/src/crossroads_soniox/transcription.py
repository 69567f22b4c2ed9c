"""`POST /v1/files` (the sound), `/v1/transcriptions` (what to do with it), the job until it is done, its transcript.

A sound that already has an address (`audio_url`), or is Soniox's file (`file_id`), needs no upload. A transcript is
tokens, pieces of words with their times. Law (MONEY-4): it does not say how long the sound was; the end of its last
token stands for that, estimated. Files and jobs stay with Soniox until they are deleted there, 30 days at most.
Sources: pkg:pypi/soniox@2.10.0 (api/stt.py, api/files.py, types/api.py); pkg:pypi/litellm@1.110.2
(llms/soniox/common_utils.py: translated tokens have no times), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.asked import id_in
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_speech.vendor import HANDLED, VendorTranscription, is_moment, rows_of, sound_of, until

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.steps import Step

ASKED_EVERY_S = 1.0
WAITS = ("queued", "processing")
DROPPED = ("known_speaker_names", "known_speaker_references", "temperature")
UNSPACED = ("\u3040", "\u9fff")
"""Between these stand the scripts that put no space between words: each token of them is a word."""


class SonioxTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "soniox-transcription"
    upstream_path = "/v1/transcriptions"
    takes_steps = True
    own = {"audio_url": jsonbody.STRING, "file_id": jsonbody.STRING}

    def canonical(self, own: Json, params: Any) -> Json:
        fields = dict(own)
        hints = fields.get("language_hints")
        if isinstance(hints, list) and len(hints) == 1:
            fields["language"] = fields.pop("language_hints")[0]
        if isinstance(fields.get("context"), str):
            fields["prompt"] = fields.pop("context")
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = _asked(fields, upstream)
        if {"audio_url", "file_id"} & document.keys():
            return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)
        files = url.removesuffix("/transcriptions") + "/files"
        return Draft(document={"file": sound_of(fields)}, url=files, headers=JSON_HEADERS[1:], lost=lost, form=True)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        number, status = told.get("id"), told.get("status")
        if not isinstance(number, str) or not number or "tokens" in told:
            return None
        if status is None:
            document, _ = _asked(stated(request), upstream)
            return Step(url=url, body=msgspec.json.encode({**document, "file_id": number}), headers=JSON_HEADERS)
        job = f"{url}/{id_in(told, 'id')}"
        if status in WAITS:
            return Step(url=job, after_s=ASKED_EVERY_S)
        return Step(url=f"{job}/transcript") if status == "completed" else None

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("status") == "error":
            raise refused(told.get("error_message") or told.get("error_type"))
        if not isinstance(told.get("text"), str):
            raise broken("the provider's reply has no transcript.")
        tokens = rows_of(told.get("tokens"))
        words = _words(tokens)
        document: Document = {"text": told["text"]}
        if words:
            document["words"] = words
        spoken = {token["language"] for token in tokens if isinstance(token.get("language"), str)}
        if len(spoken) == 1:
            document["language"] = spoken.pop()
        return Reply(document=document, usage=until(words), upstream_id=text_at(told, "id"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        tokens = [_token(at, word, document.get("language")) for at, word in enumerate(document.get("words") or ())]
        return msgspec.json.encode({"id": stamp.id, "text": document.get("text", ""), "tokens": tokens})


def _asked(fields: Json, upstream: str) -> tuple[Json, list[Lost]]:
    document, lost = leftover(fields, (*HANDLED, "prompt"), DROPPED)
    document["model"] = upstream
    if "language" in fields:
        document.setdefault("language_hints", [fields["language"]])
    if "prompt" in fields:
        document.setdefault("context", {"text": fields["prompt"]})
    return document, lost


def _words(tokens: list[Json]) -> list[Json]:
    """Tokens with times put together to words: one begins after a space, or where another speaker does."""
    made: list[Json] = []
    open_word = False
    for token in tokens:
        text = token.get("text")
        if not isinstance(text, str):
            raise broken("the provider's transcript has a token that can't be read.")
        if not all(is_moment(token.get(edge)) for edge in ("start_ms", "end_ms")):
            continue
        piece, who = text.strip(), token.get("speaker")
        begins = text[:1].isspace() or UNSPACED[0] <= text[:1] <= UNSPACED[1]
        if piece and open_word and not begins and made[-1].get("speaker") == who:
            made[-1] |= {"word": made[-1]["word"] + piece, "end": token["end_ms"] / 1000}
        elif piece:
            more = {} if who is None else {"speaker": who}
            made.append({"word": piece, "start": token["start_ms"] / 1000, "end": token["end_ms"] / 1000, **more})
        open_word = bool(made) and not text[-1:].isspace()
    return made


def _token(number: int, word: Json, language: str | None) -> Json:
    more = {"speaker": word["speaker"]} if "speaker" in word else {}
    more |= {} if language is None else {"language": language}
    times = {f"{edge}_ms": round(word[edge] * 1000) for edge in ("start", "end")}
    return {"text": (" " if number else "") + word["word"], **times, **more}
