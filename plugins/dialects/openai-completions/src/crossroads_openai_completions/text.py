"""A vendor's own completions that are one text for one prompt, as an upstream: see `crossroads_openai_chat.textchat`.

A member brings what a `TextChat` does. What it has no word for is refused (an end to write towards, several prompts,
token ids, the best of several) or reported.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import REMEDY

from crossroads.dialect import Document, Reply
from crossroads.errors import Unsupported
from crossroads_openai_completions import OpenAICompletions

REFUSED = {"suffix": "writes no middle", "echo": "doesn't repeat the prompt"}


class TextCompletions(TextChat):
    """See the module. Its replies are whole."""

    operation = "completions"
    kinds = OpenAICompletions.kinds
    required = OpenAICompletions.required
    shape = OpenAICompletions.shape
    validate = staticmethod(OpenAICompletions.validate)

    def canonical(self, request: Any) -> Json:
        fields = super().canonical(request)
        for name, why in REFUSED.items():
            if fields.pop(name, None):
                raise Unsupported(f"{self.vendor} {why}.", remedy=REMEDY, field=name, value="(not shown)")
        if (fields.pop("best_of", None) or 1) > 1:
            raise Unsupported(f"{self.vendor} gives one answer.", remedy=REMEDY, field="best_of")
        prompt = fields["prompt"]
        if isinstance(prompt, list) and len(prompt) == 1:
            prompt = prompt[0]
        if not isinstance(prompt, str):
            what = f"{self.vendor} takes one text as a prompt, neither several nor token ids."
            raise Unsupported(what, remedy=REMEDY, field="prompt", value="(not shown)")
        return {**fields, "prompt": prompt}

    def reply_of(self, said: Said) -> Reply:
        reply = super().reply_of(said)
        document = reply.document or {}
        choices = [{"text": choice.pop("message")["content"], **choice} for choice in document["choices"]]
        reply.document = {**document, "object": "text_completion", "choices": choices}
        return reply

    def chunks(self, reply: Reply) -> list[Document]:
        document = {"usage": None, **(reply.document or {})}
        usage = document.pop("usage")
        return [document, *([] if usage is None else [{**document, "choices": [], "usage": usage}])]


def stops_of(ask: Ask, word: str) -> Json:
    """`stop` as the list that the vendor calls by this word."""
    stop = ask.fields.get("stop")
    texts = [stop] if isinstance(stop, str) else list(stop or [])
    return {word: texts} if texts else {}
