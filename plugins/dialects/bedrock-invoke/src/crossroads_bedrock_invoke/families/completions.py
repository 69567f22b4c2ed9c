"""OpenAI's text completions: DeepSeek-R1, imported models, and endpoints of SageMaker and the Bedrock Marketplace.

Sources: Amazon Bedrock user guide, "DeepSeek models" and "Amazon Bedrock Marketplace"; OpenAI API reference,
"Completions" (legacy); recorded exchanges (text-generation-inference); read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

from crossroads_bedrock_invoke.families.base import (
    Counts,
    Family,
    Json,
    Piece,
    count,
    counted,
    known,
    metrics,
    objects,
    text,
    with_metrics,
    word,
)
from crossroads_bedrock_invoke.families.template import TURNS, Template

DEEPSEEK = Template(
    begin="<｜begin▁of▁sentence｜>",
    system=("", ""),
    opens="<｜User｜>",
    asks="<｜Assistant｜>",
    gap="",
    next="<｜end▁of▁sentence｜><｜User｜>",
    marks=("<｜begin▁of▁sentence｜>", "<｜User｜>", "<｜end▁of▁sentence｜>"),
)
OF_DEEPSEEK = re.compile(r"deepseek", re.I)


class Completions(Family):
    name = "text-completions"
    fields = {
        "max_tokens": ("max_tokens",),
        "stop": ("stop",),
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "top_k": ("top_k",),
        "n": ("n",),
        "seed": ("seed",),
        "presence_penalty": ("presence_penalty",),
        "frequency_penalty": ("frequency_penalty",),
    }
    reasons = {
        "stop": "stop",
        "eos_token": "stop",
        "stop_sequence": "stop",
        "length": "length",
        "content_filter": "content_filter",
    }
    choices_max = 128

    def template(self, upstream: str) -> Template:
        return DEEPSEEK if OF_DEEPSEEK.search(upstream) else TURNS

    def pieces(self, document: Json) -> list[Piece]:
        return [
            Piece(count(one.get("index")) or 0, text(one.get("text")), _reason(one))
            for one in objects(document.get("choices"))
            if isinstance(one.get("text"), str) or _reason(one)
        ]

    def counts(self, document: Json) -> Counts:
        told = document.get("usage")
        stated = counted(told, "prompt_tokens", "completion_tokens") if isinstance(told, dict) else Counts()
        return known(stated, metrics(document))

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        choices = [
            {"index": one.number, "text": one.text, "logprobs": None, "finish_reason": one.reason} for one in pieces
        ]
        made: Json = {"object": "text_completion", "choices": choices}
        if counts.prompt is not None and counts.completion is not None:
            whole = counts.prompt + counts.completion
            told = {"prompt_tokens": counts.prompt, "completion_tokens": counts.completion, "total_tokens": whole}
            made["usage"] = told
        return made

    def event(self, piece: Piece, counts: Counts) -> Json:
        return with_metrics(self.reply([piece], counts), counts)


def _reason(choice: Any) -> str | None:
    return word(choice.get("finish_reason")) or word(choice.get("stop_reason"))
