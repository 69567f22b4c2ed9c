"""`POST /v1/model/chat/streaming`: turns of a human and an assistant in, deltas of a text out; which model is not said.

Every reply is taken from its stream: what a whole one looks like no source says, and a stream ends without a last word.
Source: pkg:pypi/langchain-community@0.4.2 (chat_models/symblai_nebula.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import spoken, system_of

from crossroads.sse import ServerEvent

ROLES = {"user": "human", "assistant": "assistant"}


class NebulaChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "symbl-ai-chat"
    upstream_path = "/v1/model/chat/streaming"
    vendor = "Nebula"
    places = {"max_tokens": "max_new_tokens", "temperature": "temperature"}
    gathered = True
    ends_framed = True

    def asked(self, ask: Ask) -> Json:
        turns = [{"role": ROLES[role], "text": text} for role, text in spoken(ask.turns)]
        return {"system_prompt": system_of(ask.turns) or "", "messages": turns}

    def heard(self, event: ServerEvent) -> Said | None:
        told = whole(event.data)
        if isinstance(told.get("delta"), str):
            return Said(text=told["delta"])
        raise embedded_error(event.data, told.get("error") or told.get("message") or told.get("detail"))

    def told(self, document: Json) -> Said | None:
        if "delta" in document:
            raise broken("the provider's stream is none of events.")
        return None
