"""`POST /search` for a `sourcedAnswer`, or `structured` by a schema: a question in, an answer from the web out.

A model is a `depth`. Source: pkg:pypi/linkup-sdk@0.24.0 (linkup/_client.py: search; _types.py), read 2026-11-25.
"""

from __future__ import annotations

import msgspec
from crossroads_openai_chat.textchat import ONE_SEARCH, Ask, Json, Said, TextChat, cited
from crossroads_openai_chat.turns import REMEDY, last_question

from crossroads.errors import Unsupported


class LinkupChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "linkup-chat"
    upstream_path = "/search"
    vendor = "Linkup"
    reads = frozenset({"response_format"})

    def asked(self, ask: Ask) -> Json:
        made: Json = {"q": last_question(ask.turns, ask.lost, self.vendor), "depth": ask.upstream}
        shape = ask.fields.get("response_format") or {}
        match shape.get("type", "text"):
            case "text":
                return {**made, "outputType": "sourcedAnswer"}
            case "json_schema":
                schema = msgspec.json.encode(shape["json_schema"].get("schema") or {}).decode()
                return {**made, "outputType": "structured", "structuredOutputSchema": schema, "includeSources": True}
            case kind:
                what = "Linkup promises a format of a schema alone."
                raise Unsupported(what, remedy=REMEDY, field="response_format", value=kind)

    def told(self, document: Json) -> Said | None:
        if isinstance(document.get("data"), dict):
            text = msgspec.json.encode(document["data"]).decode()
        elif isinstance(document.get("answer"), str):
            text = document["answer"]
        else:
            return None
        return Said(text=text, notes=cited(document.get("sources"), title="name", content="snippet"), usage=ONE_SEARCH)
