"""Cohere's Command (a prompt, several generations) and Command R (a message and the history before it).

Command R's tools, documents and citations are Cohere's version 1: such calls go out as a client of this format wrote
them, and are refused to others here, who have Converse for them.
Source: Amazon Bedrock user guide, "Cohere Command models", "Cohere Command R and Command R+ models", read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Sequence

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

REASONS = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "ERROR": "error",
    "ERROR_TOXIC": "content_filter",
    "ERROR_LIMIT": "length",
}
SAMPLING = {
    "max_tokens": ("max_tokens",),
    "stop": ("stop_sequences",),
    "temperature": ("temperature",),
    "top_p": ("p",),
    "top_k": ("k",),
}
ROLES = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system"}


class Command(Family):
    name = "cohere-command"
    telling = frozenset({"p", "k", "num_generations", "return_likelihoods", "truncate"})
    fields = {**SAMPLING, "n": ("num_generations",), "logit_bias": ("logit_bias",)}
    reasons = REASONS
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


class CommandR(Family):
    name = "cohere-command-r"
    prompt = "message"
    telling = frozenset({"message", "chat_history"})
    fields = {
        **SAMPLING,
        "seed": ("seed",),
        "presence_penalty": ("presence_penalty",),
        "frequency_penalty": ("frequency_penalty",),
    }
    reasons = REASONS
    read = frozenset({"chat_history", "preamble", "raw_prompting"})
    needs = ("documents", "tool_results", "tools")
    own = ("chat_history", "citations", "documents", "search_queries", "search_results", "tool_calls")

    def written(self, prompt: str, system: str, turns: Sequence[str], upstream: str) -> Json:
        """The last of the user's turns is the message; Cohere writes the template itself."""
        if not turns:
            return {"message": prompt, "raw_prompting": True}
        *before, last = turns if len(turns) % 2 else (*turns, "")
        history = [{"role": ("USER", "CHATBOT")[at % 2], "message": said} for at, said in enumerate(before)]
        told = {"preamble": system} if system else {}
        return {"message": last, **({"chat_history": history} if history else {}), **told}

    def asked(self, document: Json, upstream: str) -> Json:
        if document.get("raw_prompting"):
            return {"prompt": document["message"]}
        told = [{"role": "system", "content": document["preamble"]}] if word(document.get("preamble")) else []
        history = [
            {"role": ROLES.get(text(one.get("role")), "user"), "content": text(one.get("message"))}
            for one in objects(document.get("chat_history"))
            if one.get("role") in ROLES
        ]
        return {"messages": [*told, *history, {"role": "user", "content": document["message"]}]}

    def pieces(self, document: Json) -> list[Piece]:
        kind = document.get("event_type")
        if kind == "text-generation":
            return [Piece(0, text(document.get("text")))]
        if kind == "stream-end":
            return [Piece(0, "", word(document.get("finish_reason")))]
        if isinstance(kind, str):
            return [Piece()]
        if not isinstance(document.get("text"), str) or "is_finished" in document:
            return []
        return [Piece(0, document["text"], word(document.get("finish_reason")))]

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        return {"text": pieces[0].text, "finish_reason": pieces[0].reason}

    def event(self, piece: Piece, counts: Counts) -> Json:
        if piece.reason is None:
            return {"is_finished": False, "event_type": "text-generation", "text": piece.text}
        ended = {"is_finished": True, "event_type": "stream-end", "finish_reason": piece.reason}
        return with_metrics({**ended, "response": {"finish_reason": piece.reason}}, counts)
