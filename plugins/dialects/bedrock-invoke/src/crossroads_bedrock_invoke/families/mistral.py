"""Mistral's first models: a prompt of `[INST]` turns, `outputs`. Its later ones take OpenAI's chat body.

Source: Amazon Bedrock user guide, "Mistral AI text completion", read 2026-11-25.
"""

from __future__ import annotations

from crossroads_bedrock_invoke.families.base import Counts, Family, Json, Piece, objects, text, with_metrics, word
from crossroads_bedrock_invoke.families.template import Template

INSTRUCTIONS = Template(begin="<s>[INST] ", asks=" [/INST]", next="</s> [INST] ", marks=("[INST]", "</s>", "<s>"))
"""It has no system prompt: that stands before the first user's text."""


class Mistral(Family):
    name = "mistral-text"
    fields = {
        "max_tokens": ("max_tokens",),
        "stop": ("stop",),
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "top_k": ("top_k",),
    }
    reasons = {"stop": "stop", "length": "length"}

    def template(self, upstream: str) -> Template:
        return INSTRUCTIONS

    def pieces(self, document: Json) -> list[Piece]:
        told = enumerate(objects(document.get("outputs")))
        return [Piece(at, text(one.get("text")), word(one.get("stop_reason"))) for at, one in told]

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        return {"outputs": [{"text": one.text, "stop_reason": one.reason} for one in pieces]}

    def event(self, piece: Piece, counts: Counts) -> Json:
        return with_metrics(self.reply([piece], counts), counts)
