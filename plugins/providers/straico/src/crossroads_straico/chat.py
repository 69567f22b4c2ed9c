"""`POST /prompt/completion`: one prompt for some models (here: one), and for each a completion of OpenAI's.

Source: github.com/Praneeth-Pike/straico-ai-sdk-provider (src/straico-chat-language-model.ts,
src/straico-source-schema.ts, commit b923436), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import as_prompt
from crossroads_openai_chat.usage import parse_usage


class StraicoChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "straico-chat"
    upstream_path = "/prompt/completion"
    vendor = "Straico"
    places = {"max_tokens": "max_tokens", "temperature": "temperature"}

    def asked(self, ask: Ask) -> Json:
        return {"models": [ask.upstream], "message": as_prompt(ask.turns, ask.lost)}

    def told(self, document: Json) -> Said | None:
        told = _inner(_inner(document, "data"), "completions")
        completion = _inner(next((one for one in told.values() if isinstance(one, dict)), {}), "completion")
        choices = completion.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        if not isinstance(text := _inner(choice, "message").get("content"), str):
            return None
        named, reason = completion.get("id"), choice.get("finish_reason")
        return Said(
            text=text,
            usage=parse_usage(completion.get("usage")),
            id=named if isinstance(named, str) else None,
            reason=reason if isinstance(reason, str) else None,
        )


def _inner(document: Json, name: str) -> Json:
    inner = document.get(name)
    return inner if isinstance(inner, dict) else {}
