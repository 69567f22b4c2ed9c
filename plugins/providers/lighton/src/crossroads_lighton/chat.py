"""`POST /api/v3/ask`: a question to the documents of an account in, an answer out, whole or in events.

Source: pkg:pypi/lighton-sdk@1.3.0 (lighton/verbs/ask.py, types/events.py, types/api: AskResponse), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import whole
from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import REMEDY, last_question

from crossroads.errors import Unsupported
from crossroads.sse import ServerEvent

ANY_MODEL = "ask"
QUESTION_CHARS_MAX = 1500


class LightOnChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "lighton-chat"
    upstream_path = "/api/v3/ask"
    vendor = "LightOn"
    reads = frozenset({"response_format"})
    streamed = True

    def asked(self, ask: Ask) -> Json:
        made: Json = {"query": last_question(ask.turns, ask.lost, self.vendor)}
        if len(made["query"]) > QUESTION_CHARS_MAX:
            what = f"LightOn takes {QUESTION_CHARS_MAX} characters."
            raise Unsupported(what, remedy="Shorten it, or let other providers serve the call.", field="messages")
        if ask.upstream != ANY_MODEL:
            made["model"] = ask.upstream
        shape = ask.fields.get("response_format") or {}
        match shape.get("type", "text"):
            case "json_schema":
                made["response_format"] = shape["json_schema"].get("schema") or {}
            case "text":
                pass
            case kind:
                what = "LightOn promises a format of a schema alone."
                raise Unsupported(what, remedy=REMEDY, field="response_format", value=kind)
        if ask.stream:
            made["stream"] = True
        return made

    def told(self, document: Json) -> Said | None:
        answer = document.get("answer")
        return Said(text=answer) if isinstance(answer, str) else None

    def heard(self, event: ServerEvent) -> Said | None:
        match event.name:
            case "token":
                return Said(text=str(whole(event.data).get("text") or ""))
            case "done":
                return Said(ended=True)
            case "error":
                told = whole(event.data)
                raise embedded_error(event.data, told.get("detail") or told.get("message"))
        return None
