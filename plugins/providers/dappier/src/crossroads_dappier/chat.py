"""`POST /app/datamodelconversation`: messages for a data model in, its message out.

Source: pkg:pypi/langchain-community@0.4.2 (chat_models/dappier.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat

from crossroads.call import Lost

ROLES = ("user", "system")
"""It is shown nothing of what it answered before."""


class DappierChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "dappier-chat"
    upstream_path = "/app/datamodelconversation"
    vendor = "Dappier"

    def asked(self, ask: Ask) -> Json:
        turns = [{"role": role, "content": text} for role, text in ask.turns if role in ROLES]
        if len(turns) < len(ask.turns):
            ask.lost.append(Lost("messages", "dropped", "messages of the assistant are not sent"))
        return {"model": ask.upstream, "conversation": turns}

    def told(self, document: Json) -> Said | None:
        message = document.get("message")
        return Said(text=message) if isinstance(message, str) and "error" not in document else None
