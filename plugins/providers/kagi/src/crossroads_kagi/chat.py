"""`POST /fastgpt`: a question in, an answer from the web out, with what it rests on.

Source: pkg:pypi/kagiapi@0.2.1 (api.py: fastgpt; models.py: FastGPTResponse), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.textchat import ONE_SEARCH, Ask, Json, Said, TextChat, cited
from crossroads_openai_chat.turns import last_question


class KagiChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "kagi-chat"
    upstream_path = "/fastgpt"
    vendor = "Kagi"

    def asked(self, ask: Ask) -> Json:
        return {"query": last_question(ask.turns, ask.lost, self.vendor)}

    def told(self, document: Json) -> Said | None:
        data, meta = document.get("data"), document.get("meta")
        if not isinstance(data, dict) or not isinstance(data.get("output"), str):
            return None
        named = meta.get("id") if isinstance(meta, dict) else None
        return Said(
            text=data["output"],
            notes=cited(data.get("references"), content="snippet"),
            usage=ONE_SEARCH,
            id=named if isinstance(named, str) else None,
        )
