"""`POST /search` with an answer: a question in, an answer from what was found out. A model is the answer's depth.

Source: pkg:pypi/tavily-python@0.8.5 (tavily/tavily.py: _search, qna_search), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.textchat import ONE_SEARCH, Ask, Json, Said, TextChat, cited
from crossroads_openai_chat.turns import last_question


class TavilyChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "tavily-chat"
    upstream_path = "/search"
    vendor = "Tavily"

    def asked(self, ask: Ask) -> Json:
        return {"query": last_question(ask.turns, ask.lost, self.vendor), "include_answer": ask.upstream}

    def told(self, document: Json) -> Said | None:
        if not isinstance(answer := document.get("answer"), str):
            return None
        named = document.get("request_id")
        return Said(
            text=answer,
            notes=cited(document.get("results"), content="content"),
            usage=ONE_SEARCH,
            id=named if isinstance(named, str) else None,
        )
