"""`POST /{agent}`: messages of a user and an assistant in, an answer from the web and its references out.

Source: pkg:pypi/any-llm-sdk@1.40.2 (any_llm/providers/liner/liner.py, utils.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import whole
from crossroads_openai_chat.textchat import ONE_SEARCH, Ask, Json, Said, TextChat, cited
from crossroads_openai_chat.turns import last_question, without_system

from crossroads.sse import ServerEvent

DONE = b"[DONE]"


class LinerChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "liner-chat"
    upstream_path = "/{upstream}"
    vendor = "Liner"
    streamed = True

    def asked(self, ask: Ask) -> Json:
        turns = without_system(ask.turns, ask.lost)
        last_question(turns, [], self.vendor)  # refuses what does not end with one
        return {"messages": [{"role": role, "content": text} for role, text in turns], "stream": ask.stream}

    def told(self, document: Json) -> Said | None:
        if not isinstance(answer := document.get("answer"), str):
            return None
        return Said(text=answer, notes=_cited(document.get("references")), usage=ONE_SEARCH)

    def heard(self, event: ServerEvent) -> Said | None:
        if event.data.strip() in (b"", DONE):
            return None
        told = whole(event.data)
        data = told["data"] if isinstance(told.get("data"), dict) else {}
        match told.get("type"):
            case "text-delta":
                return Said(text=str(told.get("delta") or ""))
            case "data-search-references":
                return Said(notes=_cited(data.get("references")))
            case "finish":
                return Said(ended=True, usage=ONE_SEARCH)
            case "data-error":
                error = {"message": str(data.get("message") or "no reason given"), "code": data.get("code")}
                raise embedded_error(msgspec.json.encode({"error": error}), error)
        return None


def _cited(references: Any) -> list[Json]:
    return cited(references, content="description")
