"""`POST /v1/listen`: the sound is the body (or `{"url"}` names it), everything else in the query; the reply is JSON.

Of each channel the first alternative is the transcript. Law (MONEY-4): `metadata.duration` is what was heard, and it is
paid once for each channel that was transcribed by itself.
Source: pkg:pypi/deepgram-sdk@7.17.0 (listen/v1/media/raw_client.py, types/listen_v1response*.py), recorded exchanges,
read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_speech.vendor import (
    SHAPES_OF_REPLIES,
    UNHEARD,
    VendorTranscription,
    read_query,
    rows_of,
    seconds_used,
    sound_of,
    timed,
    with_query,
)

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.types.usage import Usage

WORD = {"start": "start", "end": "end", "confidence": "confidence", "speaker": "speaker"}
READABLE = ("smart_format", "utterances")
"""What Deepgram does when asked and other hosts do always: punctuation, and segments with times."""
HANDLED = ("file", "input_audio", *SHAPES_OF_REPLIES)


class DeepgramTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "deepgram-transcription"
    paths = ("/v1/listen",)
    upstream_path = "/listen"
    queries = True
    own = {"url": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return {**dict.fromkeys(READABLE, False), **read_query(params.get("query", "")), **own}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        query, lost = leftover(fields, HANDLED, UNHEARD)
        query = {**dict.fromkeys(READABLE, True), **query, "model": upstream}
        named = query.pop("url", None)
        query = {name: value for name, value in query.items() if value is not False}
        url, accept = with_query(url, query), (b"accept", b"application/json")
        if named is not None:
            return Draft(document={"url": named}, url=url, headers=((b"content-type", b"application/json"), accept))
        sound = sound_of(fields)
        headers = ((b"content-type", sound.content_type.encode("latin-1", "replace")), accept)
        return Draft(document={}, url=url, headers=headers, lost=lost, body=sound.data)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        results, about = told.get("results"), told.get("metadata")
        channels = results.get("channels") if isinstance(results, dict) else None
        if not isinstance(results, dict) or not isinstance(channels, list) or not channels:
            raise broken("the provider's reply has no transcript.")
        document = _document([_best(channel) for channel in channels])
        about = about if isinstance(about, dict) else {}
        spoken = timed(results.get("utterances"), "transcript", **WORD, channel="channel")
        if spoken:
            document["segments"] = [{"id": at, "text": row.pop("word"), **row} for at, row in enumerate(spoken)]
        if isinstance(language := channels[0].get("detected_language"), str):
            document["language"] = language
        usage = seconds_used(about.get("duration"))
        if usage is not None:
            document["duration"] = about["duration"]
            usage = Usage(seconds=usage.seconds * len(channels))
        return Reply(document=document, usage=usage, upstream_id=text_at(about, "request_id"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        words = document.get("words") or []
        several = {word["channel"] for word in words if "channel" in word} or {0}
        texts = document["texts"] if "texts" in document else [document.get("text", "")]
        channels: list[Json] = []
        for number, text in enumerate(texts):
            own = [word for word in words if len(several) == 1 or word.get("channel") == number]
            rows = [_own_word(word) for word in own]
            channels.append({"alternatives": [{"transcript": text, "words": rows}]})
        if "language" in document:
            channels[0]["detected_language"] = document["language"]
        results: Json = {"channels": channels}
        if document.get("segments"):
            results["utterances"] = [_own_segment(one) for one in document["segments"]]
        about = {"request_id": stamp.id, "models": [stamp.model], "channels": len(channels)}
        return msgspec.json.encode(
            {"metadata": about | {k: document[k] for k in ("duration",) if k in document}, "results": results}
        )


def _best(channel: Any) -> Json:
    rows = channel.get("alternatives") if isinstance(channel, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise broken("the provider's reply has a channel that can't be read.")
    return rows[0] if rows else {"transcript": ""}


def _document(best: list[Json]) -> Document:
    """The transcripts of all channels as one; `texts` keeps them apart."""
    texts = [one.get("transcript") for one in best]
    if not all(isinstance(text, str) for text in texts):
        raise broken("the provider's reply has a channel without a transcript.")
    document: Document = {"text": "\n".join(text for text in texts if text)}
    if len(texts) > 1:
        document["texts"] = texts
    words: list[Json] = []
    for number, one in enumerate(best):
        rows = rows_of(one.get("words"))
        read = [{**row, "written": row.get("punctuated_word") or row.get("word")} for row in rows]
        own = timed(read, "written", **WORD)
        words += own if len(best) == 1 else [{**word, "channel": number} for word in own]
    if words:
        document["words"] = words
    return document


def _own_word(word: Json) -> Json:
    rest = {name: value for name, value in word.items() if name not in ("word", "channel")}
    return {"word": word["word"], "punctuated_word": word["word"], **rest}


def _own_segment(segment: Json) -> Json:
    rest = {name: value for name, value in segment.items() if name not in ("text", "id")}
    return {**rest, "transcript": segment.get("text", "")}
