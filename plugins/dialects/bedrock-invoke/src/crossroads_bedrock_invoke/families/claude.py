"""Anthropic's Text Completions, which Claude 2 and Claude Instant take beside Messages.

Sources: Amazon Bedrock user guide, "Anthropic Claude Text Completions API"; Anthropic's guide, "Migrating from Text
Completions"; read 2026-11-25.
"""

from __future__ import annotations

from crossroads_bedrock_invoke.families.base import Counts, Family, Json, Piece, text, with_metrics, word
from crossroads_bedrock_invoke.families.template import Template

LIMIT = 4096
"""Of these models, which insist on one."""


class Claude(Family):
    name = "claude-text"
    telling = frozenset({"max_tokens_to_sample"})
    fields = {
        "max_tokens": ("max_tokens_to_sample",),
        "stop": ("stop_sequences",),
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "top_k": ("top_k",),
    }
    insists = {"max_tokens": LIMIT}
    reasons = {"stop_sequence": "stop", "max_tokens": "length"}
    own = ("stop",)

    def template(self, upstream: str) -> Template:
        return Template(asks="\n\nAssistant:", next="\n\nHuman: ", opens="\n\nHuman: ", system=("", ""))

    def pieces(self, document: Json) -> list[Piece]:
        if not isinstance(document.get("completion"), str):
            return []
        return [Piece(0, text(document["completion"]), word(document.get("stop_reason")))]

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        return {"type": "completion", "completion": pieces[0].text, "stop_reason": pieces[0].reason, "stop": None}

    def event(self, piece: Piece, counts: Counts) -> Json:
        return with_metrics(self.reply([piece], counts), counts)
