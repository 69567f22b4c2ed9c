"""Meta's Llama 2, 3 and 4: `max_gen_len`, `generation`, and a template for each generation of models.

Sources: Amazon Bedrock user guide, "Meta Llama models"; Meta's model cards, "Llama 2", "Llama 3", "Llama 4" (prompt
formats); read 2026-11-25.
"""

from __future__ import annotations

import re

from crossroads_bedrock_invoke.families.base import (
    Counts,
    Family,
    Json,
    Piece,
    counted,
    known,
    metrics,
    text,
    with_metrics,
    word,
)
from crossroads_bedrock_invoke.families.template import Template

LLAMA_2 = Template(
    begin="<s>[INST] ",
    system=("<<SYS>>\n", "\n<</SYS>>\n\n"),
    asks=" [/INST]",
    next=" </s><s>[INST] ",
    marks=("[INST]", "<<SYS>>", "<</SYS>>", "</s>"),
)


def _headed(begin: str, head: str, end: str) -> Template:
    """head: around a role's name, at `{}`."""
    user, model, system = (head.format(role) + "\n\n" for role in ("user", "assistant", "system"))
    marks = tuple(mark for mark in head.split("{}") if mark)
    return Template(
        begin=begin,
        system=(system, end),
        opens=user,
        asks=end + model,
        gap="",
        next=end + user,
        marks=(begin, end, *marks),
    )


LLAMA_3 = _headed("<|begin_of_text|>", "<|start_header_id|>{}<|end_header_id|>", "<|eot_id|>")
LLAMA_4 = _headed("<|begin_of_text|>", "<|header_start|>{}<|header_end|>", "<|eot|>")
VERSION = re.compile(r"llama-?(\d)", re.I)
TEMPLATES = {"2": LLAMA_2, "4": LLAMA_4}
ENDS = ("prompt_token_count", "generation_token_count")


class Llama(Family):
    name = "llama"
    telling = frozenset({"max_gen_len"})
    fields = {"max_tokens": ("max_gen_len",), "temperature": ("temperature",), "top_p": ("top_p",)}
    reasons = {"stop": "stop", "length": "length"}

    def template(self, upstream: str) -> Template:
        found = VERSION.search(upstream)
        return TEMPLATES.get(found[1], LLAMA_3) if found else LLAMA_3

    def pieces(self, document: Json) -> list[Piece]:
        if not isinstance(document.get("generation"), str):
            return []
        return [Piece(0, text(document["generation"]), word(document.get("stop_reason")))]

    def counts(self, document: Json) -> Counts:
        return known(metrics(document), counted(document, *ENDS))

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        return self.event(pieces[0], Counts()) | dict(zip(ENDS, counts, strict=True))

    def event(self, piece: Piece, counts: Counts) -> Json:
        made = {"generation": piece.text, **dict(zip(ENDS, counts, strict=True)), "stop_reason": piece.reason}
        return with_metrics(made, counts)
