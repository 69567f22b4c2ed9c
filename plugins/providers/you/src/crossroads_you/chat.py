"""`POST /v1/answer`: one question, an answer from the web; `POST /v1/research`: more searches, by the model's effort.

Source: pkg:pypi/youdotcom@3.6.0 (models/answerrequestbody.py, answerresponse.py, researchop.py, researchresponse.py),
read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.textchat import ONE_SEARCH, Ask, Json, Said, TextChat, cited
from crossroads_openai_chat.turns import REMEDY, as_prompt, last_question

from crossroads.errors import Unsupported

ANSWER, RESEARCH = "answer", "research-"
QUESTION_CHARS_MAX, INPUT_CHARS_MAX = 400, 40_000


class YouChat(TextChat):
    """See `crossroads_openai_chat.textchat`. A model is `answer`, or `research-` with an effort."""

    name = "you-chat"
    upstream_path = "/v1"
    vendor = "You.com"
    reads = frozenset({"response_format"})

    def address(self, url: str, upstream: str, *, stream: bool) -> str:
        return f"{url}/{ANSWER if upstream == ANSWER else 'research'}"

    def asked(self, ask: Ask) -> Json:
        shape = ask.fields.get("response_format") or {}
        kind = shape.get("type", "text")
        if ask.upstream == ANSWER:
            if kind != "text":
                raise _no_format(kind)
            return {"query": _short(last_question(ask.turns, ask.lost, self.vendor), QUESTION_CHARS_MAX)}
        effort = ask.upstream.removeprefix(RESEARCH)
        made: Json = {"input": _short(as_prompt(ask.turns, ask.lost), INPUT_CHARS_MAX), "research_effort": effort}
        if kind == "json_schema" and effort != "lite":
            made["output_schema"] = shape["json_schema"].get("schema") or {}
        elif kind != "text":
            raise _no_format(kind)
        return made

    def told(self, document: Json) -> Said | None:
        if isinstance(answer := document.get("answer"), str):
            return Said(
                text=answer, notes=cited(_sources(document.get("citations")), content="content"), usage=ONE_SEARCH
            )
        output = document.get("output")
        if not isinstance(output, dict) or not isinstance(content := output.get("content"), str | dict):
            return None
        text = content if isinstance(content, str) else msgspec.json.encode(content).decode()
        return Said(text=text, notes=cited(output.get("sources")), usage=ONE_SEARCH)


def _short(text: str, most: int) -> str:
    if len(text) > most:
        what = f"You.com takes {most} characters here."
        raise Unsupported(what, remedy="Shorten it, or let other providers serve the call.", field="messages")
    return text


def _no_format(kind: str) -> Unsupported:
    return Unsupported("You.com promises no such format here.", remedy=REMEDY, field="response_format", value=kind)


def _sources(citations: Any) -> list[Json]:
    """Of an answer's citations, each a `source` (a URL) with the `excerpts` that support it."""
    rows = [row for row in citations if isinstance(row, dict)] if isinstance(citations, list) else []
    return [{"url": row.get("source"), "content": _joined(row.get("excerpts"))} for row in rows]


def _joined(excerpts: Any) -> str | None:
    texts = [text for text in excerpts if isinstance(text, str)] if isinstance(excerpts, list) else []
    return "\n".join(texts) or None
