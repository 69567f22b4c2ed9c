"""Canonical documents -> Reading: what a codec says that its upstream said.

No codec is called here either. `finish` holds the one word that the document has. `notes` and `media` hold every text
of annotations, images and audio, `seals` every text beside content and reasoning: how a codec words them is its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.readers import audio, counts, embeddings, images, moderations, openai_chat, rerank
from crossroads_dialect.reading import Choice, Json, Reading, an_object, leaves, objects

ROWS = {
    "count_tokens": counts.reply,
    "embeddings": embeddings.reply,
    "images": images.reply,
    "moderation": moderations.reply,
    "rerank": rerank.reply,
    "transcription": audio.reply,
}
"""Operations whose canonical reply is rows, and who reads them: the shape is OpenAI's or Cohere's, as at OpenRouter."""

BESIDE = ("citations", "search_results", "sources")
"""Of a whole document: where some hosts cite, beside the choices; a codec may leave it there."""


def reply(document: Any, operation: str) -> Reading:
    """A whole reply."""
    if operation in ROWS:
        return Reading(items=ROWS[operation](document).items)
    told = an_object(document)
    reading = openai_chat.reply(told)
    for at, choice in enumerate(objects(told.get("choices"))):
        index = choice.get("index")
        said = reading.choice(at if index is None else index)
        _end(said, choice)
        _leaves(said, [an_object(choice.get("message"))], [told])
    return reading


def chunks(documents: list[Json], operation: str) -> Reading:
    """A stream's chunks, in their order."""
    if operation == "images":
        return Reading(items=images.stream([Event("", document) for document in documents]).items)
    if operation in ROWS:
        return Reading(items=["".join(text for one in documents for text in leaves(one.get("delta")))])
    reading = openai_chat.stream([Event("", document) for document in documents])
    deltas: dict[Any, list[Json]] = {}
    for document in documents:
        for choice in objects(document.get("choices")):
            index = choice.get("index") or 0
            deltas.setdefault(index, []).append(an_object(choice.get("delta")))
            _end(reading.choice(index), choice)
    for index, said in reading.choices.items():
        _leaves(said, deltas.get(index, []), documents)
    return reading


def _end(said: Choice, choice: Json) -> None:
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason:
        said.finish = frozenset({reason})
        said.native = choice.get("native_finish_reason")


def _leaves(said: Choice, messages: Iterable[Json], documents: Iterable[Json]) -> None:
    said.notes = [text for document in documents for name in BESIDE for text in leaves(document.get(name))]
    for message in messages:
        said.seals += leaves({name: value for name, value in message.items() if name not in ("content", "reasoning")})
        said.notes += leaves(message.get("annotations"))
        said.media += [text for text in leaves(message.get("images")) if text not in said.media]
