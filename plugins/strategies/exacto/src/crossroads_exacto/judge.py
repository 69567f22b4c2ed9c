"""Is a reply's use of tools right? Every call has a tool's name, and arguments that are JSON and keep its JSON Schema.

Read as draft 7, as OpenRouter does ("Auto Exacto", read 2026-11-24), within the bounds of `crossroads.breach`. What
can't be judged is no fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from crossroads.breach import breach
from crossroads.dialect import Document


def fault(tools: Iterable[Any], reply: Document) -> str | None:
    """What is wrong with the first bad call of a tool; "": nothing; None: there is none to judge."""
    calls = [
        call["function"]
        for choice in reply.get("choices") or ()
        if choice.get("finish_reason") != "length"
        for call in (choice.get("message") or {}).get("tool_calls") or ()
        if call.get("function")
    ]
    if not calls:
        return None
    known = {tool.function.name: tool.function.parameters for tool in tools if tool.type == "function"}
    return next(filter(None, (_wrong(call, known) for call in calls)), "")


def _wrong(call: dict[str, Any], known: dict[str, Any]) -> str | None:
    name = call.get("name")
    if name not in known:
        return "an unknown tool"
    try:
        arguments = json.loads(call.get("arguments") or "{}")  # some models write nothing where there is nothing to say
    except (ValueError, RecursionError):
        return "arguments that are no JSON"
    if not isinstance(arguments, dict):
        return "arguments that are no object"
    if known[name] and breach(known[name], arguments, draft=7) is not None:
        return "arguments that break the schema"
    return None
