"""`POST /v1/gpu/{model}/chatbot`: a question, a context, and a history of questions and responses; no token is counted.

Source: pkg:npm/nlpcloud@2.0.8 (dist/index.d.ts: chatbot), pkg:pypi/nlpcloud@1.1.47 (__init__.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import Turn, spoken, system_of

from crossroads.call import Lost
from crossroads.errors import Unsupported


class NlpCloudChat(TextChat):
    """See `crossroads_openai_chat.textchat`. The model stands in the address."""

    name = "nlp-cloud-chat"
    upstream_path = "/chatbot"
    vendor = "NLP Cloud"

    def asked(self, ask: Ask) -> Json:
        turns = _alternating(spoken(ask.turns), ask.lost)
        if not turns or turns[-1].role != "user":
            raise Unsupported(
                "NLP Cloud answers a message of the user.", remedy="Let it be the last.", field="messages"
            )
        pairs = zip(turns[0:-1:2], turns[1:-1:2], strict=True)
        history = [{"input": asked.text, "response": answered.text} for asked, answered in pairs]
        context = system_of(ask.turns)
        return {
            "input": turns[-1].text,
            **({} if context is None else {"context": context}),
            **({"history": history} if history else {}),
        }

    def told(self, document: Json) -> Said | None:
        text = document.get("response")
        return Said(text=text) if isinstance(text, str) else None


def _alternating(turns: Sequence[Turn], lost: list[Lost]) -> list[Turn]:
    """The user's and the assistant's in turn, the user's first; that some became one is reported."""
    runs = [Turn(role, "\n\n".join(turn.text for turn in run)) for role, run in groupby(turns, lambda turn: turn.role)]
    if runs and runs[0].role != "user":
        runs.insert(0, Turn("user", ""))
    if runs != list(turns):
        lost.append(Lost("messages", "emulated", "as questions and responses in turn"))
    return runs
