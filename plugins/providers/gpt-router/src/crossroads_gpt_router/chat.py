"""`POST /generate`: messages for a model of a provider, one text back. A model is `provider/model`, or one of OpenAI's.

Source: pkg:pypi/gptrouter@1.0.13 (client.py: generate, stream_events; models.py; enums.py) and what
pkg:pypi/langchain-community@0.4.2 (chat_models/gpt_router.py) reads of a stream, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.worded import counted_at

from crossroads.sse import ServerEvent
from crossroads.types.usage import Usage

SAME = frozenset(
    {
        "frequency_penalty", "max_tokens", "presence_penalty", "reasoning_effort", "response_format", "temperature",
        "top_p", "user", "web_search_options",
    }
)  # fmt: skip
CHAT_OPENAI = "chat_openai"
SILENT = frozenset({"meta", "generation_source"})
"""Events that tell nothing of the text."""


class GPTRouterChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "gpt-router-chat"
    upstream_path = "/generate"
    vendor = "GPTRouter"
    reads = SAME
    streamed = True
    ends_framed = True

    def asked(self, ask: Ask) -> Json:
        provider, slash, model = ask.upstream.partition("/")
        if not slash:
            provider, model = CHAT_OPENAI, ask.upstream
        fields = {**ask.fields, "max_tokens": ask.fields.get("max_completion_tokens", ask.fields.get("max_tokens"))}
        params: Json = {name: fields[name] for name in sorted(SAME) if fields.get(name) is not None}
        params["messages"] = [{"role": turn.role, "content": turn.text} for turn in ask.turns]
        one = {"modelName": model, "providerName": provider, "order": 1, "promptParams": params}
        return {"stream": ask.stream, "data": [one]}

    def told(self, document: Json) -> Said | None:
        choices = document.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return None
        choice = choices[0]
        if not isinstance(text := choice.get("text"), str):
            return None
        named = document.get("id")
        return Said(
            text=text,
            usage=_used(document.get("meta")),
            id=named if isinstance(named, str) else None,
            reason=_word(choice.get("finish_reason")),
        )

    def heard(self, event: ServerEvent) -> Said | None:
        told = whole(event.data)
        kind, data = str(told.get("event")).lower(), told.get("data")
        if kind == "error":
            raise embedded_error(event.data, told.get("message") or data)
        if kind in SILENT:
            return Said(usage=_used(data))
        if kind not in ("update", "end") or not isinstance(data, dict | None):
            raise broken("the provider's stream has an event that is none of its own.")
        reason = _word((data or {}).get("finish_reason"))
        if kind == "end":
            return Said(usage=_used(data), reason=reason, ended=True)
        text = (data or {}).get("text")
        return Said(text=text if isinstance(text, str) else "", reason=reason)


def _word(told: Any) -> str | None:
    return told if isinstance(told, str) else None


def _used(meta: Any) -> Usage | None:
    """Of `meta`, or of its `usage`."""
    if not isinstance(meta, dict):
        return None
    counted = meta["usage"] if isinstance(meta.get("usage"), dict) else meta
    read, made = counted_at(counted, "prompt_tokens"), counted_at(counted, "completion_tokens")
    return None if read is None or made is None else Usage(input_tokens=read, output_tokens=made)
