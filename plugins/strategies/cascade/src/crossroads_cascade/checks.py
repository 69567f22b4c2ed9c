"""What can be wrong with a reply, as far as its form tells: how it ended, if it is there, if it is the JSON asked for.

A schema's regular expressions are not run: they are the caller's, and one can keep a process busy for hours. Nothing is
fetched for a schema's references.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from crossroads.call import Call
from crossroads.errors import ConfigError, CrossroadsError

UNCHECKED = ("pattern", "patternProperties", "format")
JSON_FORMATS = ("json_object", "json_schema")
SCHEMAS_KEPT = 64


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
    validator = None if schema is None else _validator(msgspec.json.encode(schema))
    if validator is None:
        return None
    from referencing.exceptions import Unresolvable

    try:
        error = next(validator.iter_errors(value), None)
    except (Unresolvable, RecursionError):  # a schema that refers to nothing, or to itself without end
        return None
    return None if error is None else f"its JSON breaks the schema at {error.json_path} ({error.validator})"


def _format(call: Call) -> Any:
    """The `response_format` of a call that wants JSON."""
    try:
        wanted = getattr(call.dialect.decode_request(call.opened), "response_format", None)
    except CrossroadsError:
        return None
    return wanted if wanted is not None and wanted.type in JSON_FORMATS else None


@lru_cache(maxsize=SCHEMAS_KEPT)
def _validator(schema: bytes) -> Any:
    """None: it is no schema, which is the upstream's to say."""
    from jsonschema import SchemaError, validators
    from referencing import Registry

    document = msgspec.json.decode(schema)
    kind = validators.validator_for(document)
    try:
        kind.check_schema(document)
    except SchemaError:
        return None
    lenient = validators.extend(kind, dict.fromkeys(UNCHECKED, _passes))
    return lenient(document, registry=Registry())


def _passes(*_: Any) -> None:
    """A keyword that is not looked at."""
