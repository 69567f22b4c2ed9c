"""What can be wrong with a reply, as far as its form tells: how it ended, if it is there, if it is the JSON asked for.

A schema is the caller's: it is looked at within the bounds of `crossroads.breach`.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

from crossroads.breach import breach
from crossroads.call import Call
from crossroads.errors import ConfigError, CrossroadsError

JSON_FORMATS = ("json_object", "json_schema")


def find_check(path: str) -> Callable[..., Any]:
    """`module:function`. Raises ConfigError."""
    try:
        found = pkgutil.resolve_name(path)
    except (ImportError, AttributeError, ValueError) as error:
        what = f"can't be found: {error}."
        raise ConfigError(what, field="strategies.cascade.check", value=path, remedy="Write module:function.") from None
    if not callable(found):
        raise ConfigError(
            "is no function.", field="strategies.cascade.check", value=path, remedy="Write module:function."
        )
    checked: Callable[..., Any] = found
    return checked


def fault(
    call: Call,
    reply: Mapping[str, Any],
    *,
    finish_reasons: frozenset[str],
    refusals: bool,
    empty: bool,
    as_json: bool,
) -> str | None:
    """The first thing that is wrong with any of its choices."""
    choices = reply.get("choices") or ()
    if empty and not choices:
        return "it is empty"
    wanted = _format(call) if as_json else None
    for choice in choices:
        message = choice.get("message") or {}
        if (reason := choice.get("finish_reason")) in finish_reasons:
            return f"it ended with {reason}"
        if refusals and message.get("refusal"):
            return "the model refused"
        text, calls = message.get("content"), message.get("tool_calls")
        if empty and not text and not calls and not message.get("images") and not message.get("audio"):
            return "it is empty"
        if wanted is not None and not calls and (why := not_json(text or "", wanted)) is not None:
            return why
    return None


def not_json(text: str, wanted: Any) -> str | None:
    """Why a text is not what `response_format` asks for."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "it is no JSON"
    if wanted.type == "json_object":
        return None if isinstance(value, dict) else "it is no JSON object"
    schema = wanted.json_schema.schema_ if wanted.json_schema is not None else None
    where = None if schema is None else breach(schema, value)
    return None if where is None else f"its JSON breaks the schema at {where}"


def _format(call: Call) -> Any:
    """The `response_format` of a call that wants JSON."""
    try:
        wanted = getattr(call.dialect.decode_request(call.opened), "response_format", None)
    except CrossroadsError:
        return None
    return wanted if wanted is not None and wanted.type in JSON_FORMATS else None
