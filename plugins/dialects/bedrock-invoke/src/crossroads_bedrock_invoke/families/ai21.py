"""AI21's Jurassic-2, which never streams. Its Jamba models take OpenAI's chat body.

Source: Amazon Bedrock user guide, "AI21 Labs Jurassic-2 models", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_bedrock_invoke.families.base import Counts, Family, Json, Piece, objects, text, with_metrics, word


class Jurassic(Family):
    name = "ai21-jurassic"
    telling = frozenset({"maxTokens", "numResults", "countPenalty", "presencePenalty", "frequencyPenalty"})
    fields = {
        "max_tokens": ("maxTokens",),
        "n": ("numResults",),
        "stop": ("stopSequences",),
        "temperature": ("temperature",),
        "top_p": ("topP",),
        "presence_penalty": ("presencePenalty", "scale"),
        "frequency_penalty": ("frequencyPenalty", "scale"),
    }
    reasons = {"endoftext": "stop", "stop": "stop", "length": "length"}
    own = ("prompt",)
    choices_max = 16

    def pieces(self, document: Json) -> list[Piece]:
        found = []
        for at, one in enumerate(objects(document.get("completions"))):
            data, end = _object(one.get("data")), _object(one.get("finishReason"))
            found.append(Piece(at, text(data.get("text")), word(end.get("reason"))))
        return found

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        told = [{"data": {"text": one.text}, "finishReason": {"reason": one.reason}} for one in pieces]
        return {"completions": told}

    def event(self, piece: Piece, counts: Counts) -> Json:
        return with_metrics(self.reply([piece], counts), counts)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
