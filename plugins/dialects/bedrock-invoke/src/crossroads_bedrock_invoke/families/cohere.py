"""Cohere's Command: a prompt, and one generation or several. Command R takes Cohere's chat, version 1.

Source: Amazon Bedrock user guide, "Cohere Command models", read 2026-11-25.
"""

from __future__ import annotations

from crossroads_bedrock_invoke.families.base import (
    Counts,
    Family,
    Json,
    Piece,
    count,
    objects,
    text,
    with_metrics,
    word,
)


class Command(Family):
    name = "cohere-command"
    telling = frozenset({"p", "k", "num_generations", "return_likelihoods", "truncate"})
    fields = {
        "max_tokens": ("max_tokens",),
        "stop": ("stop_sequences",),
        "temperature": ("temperature",),
        "top_p": ("p",),
        "top_k": ("k",),
        "n": ("num_generations",),
        "logit_bias": ("logit_bias",),
    }
    reasons = {
        "COMPLETE": "stop",
        "STOP_SEQUENCE": "stop",
        "MAX_TOKENS": "length",
        "ERROR": "error",
        "ERROR_TOXIC": "content_filter",
        "ERROR_LIMIT": "length",
    }
    own = ("prompt",)
    choices_max = 5
    says_stream = True

    def pieces(self, document: Json) -> list[Piece]:
        told = objects(document.get("generations"))
        if told:
            return [Piece(at, text(one.get("text")), word(one.get("finish_reason"))) for at, one in enumerate(told)]
        if not isinstance(document.get("is_finished"), bool):
            return []
        ended = document["is_finished"] and "index" not in document
        index = None if ended else count(document.get("index")) or 0
        return [Piece(index, text(document.get("text")), word(document.get("finish_reason")))]

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        return {"generations": [{"text": one.text, "finish_reason": one.reason} for one in pieces]}

    def event(self, piece: Piece, counts: Counts) -> Json:
        if piece.reason is None:
            return {"index": piece.number, "is_finished": False, "text": piece.text}
        made = {"index": piece.number, "is_finished": True, "text": piece.text, "finish_reason": piece.reason}
        return with_metrics(made, counts)
