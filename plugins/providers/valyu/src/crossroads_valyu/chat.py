"""`POST /answer`: a question in; what was found, the answer in pieces, and what was used, in events out.

A model is a `search_type`. Every reply comes in events; the last one says whether it succeeded.
Source: pkg:pypi/valyu@2.13.1 (valyu/api.py: _build_answer_payload, _fetch_answer; types/answer.py), read 2026-11-25.
"""

from __future__ import annotations

import msgspec
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import whole
from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat, cited
from crossroads_openai_chat.turns import REMEDY, last_question, spoken, system_of
from crossroads_openai_chat.worded import counted_at

from crossroads.errors import Unsupported
from crossroads.sse import ServerEvent
from crossroads.types.usage import Usage

DONE = b"[DONE]"


class ValyuChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "valyu-chat"
    upstream_path = "/answer"
    vendor = "Valyu"
    reads = frozenset({"response_format"})
    gathered = True

    def asked(self, ask: Ask) -> Json:
        made: Json = {
            "query": last_question(spoken(ask.turns), ask.lost, self.vendor),
            "search_type": ask.upstream,
            "fast_mode": False,
        }
        if (system := system_of(ask.turns)) is not None:
            made["system_instructions"] = system
        shape = ask.fields.get("response_format") or {}
        match shape.get("type", "text"):
            case "json_schema":
                made["structured_output"] = shape["json_schema"].get("schema") or {}
            case "text":
                pass
            case kind:
                what = "Valyu promises a format of a schema alone."
                raise Unsupported(what, remedy=REMEDY, field="response_format", value=kind)
        return made

    def heard(self, event: ServerEvent) -> Said | None:
        if event.data.strip() in (b"", DONE):
            return None
        told = whole(event.data)
        if "success" in told:
            if told["success"] is not True:
                raise _refused(told)
            named = told.get("tx_id")
            return Said(ended=True, usage=_usage(told), id=named if isinstance(named, str) else None)
        if isinstance(told.get("choices"), list):
            return Said(text="".join(_piece(choice) for choice in told["choices"][:1]))
        return Said(notes=cited(told.get("search_results"), content="description"))

    def told(self, document: Json) -> Said | None:
        raise _refused(document)


def _piece(choice: object) -> str:
    delta = choice.get("delta") if isinstance(choice, dict) else None
    text = delta.get("content") if isinstance(delta, dict) else None
    return text if isinstance(text, str) else ""


def _refused(told: Json) -> Exception:
    error = {"message": str(told.get("error") or "the answer failed")}
    return embedded_error(msgspec.json.encode({"error": error}), error)


def _usage(told: Json) -> Usage | None:
    read, written = counted_at(told, "ai_usage.input_tokens"), counted_at(told, "ai_usage.output_tokens")
    if read is None or written is None:
        return None
    return Usage(input_tokens=read, output_tokens=written, searches=1)
