"""Tasks on a text, each at a path of its own: what the task finds is the answer, as JSON.

`summarize` and `compress` take more than one message, `classify` wants `labels`, `decisions` wants `questions`.
Source: pkg:pypi/litellm@1.109.1 (litellm/llms/scaledown/chat/transformation.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import REMEDY, last_question, spoken, system_of
from crossroads_openai_chat.worded import counted_at

from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads.types.usage import Usage

PATHS = {
    "classify": "/classify",
    "compress": "/compress/raw/",
    "decisions": "/v1/scaledown",
    "summarize": "/summarization/abstractive",
}
MODELS = {"decisions": "classify-1"}
"""Of decisions, which any other name means too."""
COUNTS = ("usage.input_tokens", "input_tokens", "results.original_prompt_tokens", "original_prompt_tokens")
"""Where a reply tells the tokens that it read; those that it wrote are not sold."""


class ScaleDownChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "scaledown-chat"
    upstream_path = ""
    vendor = "ScaleDown"
    reads = frozenset({"compression_rate"})

    def address(self, url: str, upstream: str, *, stream: bool) -> str:
        return url + PATHS[_task(upstream)]

    def asked(self, ask: Ask) -> Json:
        task, system = _task(ask.upstream), system_of(ask.turns)
        if task == "compress":
            context = "\n\n".join(turn.text for turn in ask.turns[:-1])
            rate = ask.fields.get("compression_rate", "auto")
            return {
                "context": context,
                "prompt": last_question(ask.turns, [], self.vendor),
                "scaledown": {"rate": rate},
            }
        if "compression_rate" in ask.fields:
            ask.lost.append(Lost("compression_rate", "dropped", "nothing is compressed here"))
        text = last_question(spoken(ask.turns), ask.lost, self.vendor)
        if task == "summarize":
            most = [ask.fields.pop(name, None) for name in ("max_completion_tokens", "max_tokens")]
            told = {"instructions": system, "max_tokens": most[0] or most[1]}
            return {"text": text, **{name: value for name, value in told.items() if value is not None}}
        if system is not None:
            what = f"ScaleDown's {task} takes no system message."
            raise Unsupported(what, remedy=REMEDY, field="messages", value="system")
        if task == "decisions":
            return {"model": MODELS.get(ask.upstream, ask.upstream), "state": {"text": text}}
        if not ask.fields.get("labels"):
            raise Unsupported("ScaleDown's classify wants labels.", remedy="Send `labels`.", field="labels")
        return {"text": text}

    def told(self, document: Json) -> Said | None:
        if not document or document.get("error") or document.get("detail"):
            return None
        found: Any = document.get("answers", document)
        read = next((count for place in COUNTS if (count := counted_at(document, place)) is not None), None)
        usage = None if read is None else Usage(input_tokens=read)
        return Said(text=msgspec.json.encode(found).decode(), usage=usage)


def _task(upstream: str) -> str:
    return upstream if upstream in PATHS else "decisions"
