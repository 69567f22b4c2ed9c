"""Is a reply's use of tools right? Every call has a tool's name, and arguments that are JSON and keep its JSON Schema.

Schemas are the caller's, arguments the model's: neither may keep the process busy. Regular expressions are not run,
uniqueness (quadratic) is not looked at, steps and depth are bounded, nothing is fetched. Read as draft 7, as OpenRouter
does ("Auto Exacto", read 2026-11-24). What can't be judged is no fault.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec
from jsonschema import Draft7Validator, validators
from referencing import Registry
from referencing.exceptions import Unresolvable

from crossroads.dialect import Document

UNCHECKED = ("pattern", "patternProperties", "format", "uniqueItems")
STEPS_MAX = 10_000
"""Of one comparison of arguments and schema: some 0.1 s. A schema that refers to itself may ask for any number."""
SCHEMA_STEPS_MAX = 100_000
"""Of asking, once, whether a schema is one: some 1,000 of its parts."""
DEPTH_MAX = 100
"""Of keywords within keywords, some 400 frames: where Python's own bound is met in the registry's Rust, that panics."""
SCHEMAS_KEPT = 256


class _TooLong(Exception):
    """More steps than are allowed, or deeper."""


class _Steps(threading.local):
    left = depth = 0


_steps = _Steps()


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
    validator = _validator(msgspec.json.encode(known[name])) if known[name] else None
    return "arguments that break the schema" if validator is not None and _breaks(validator, arguments) else None


def _breaks(validator: Any, value: Any, steps: int = STEPS_MAX) -> bool:
    _steps.left, _steps.depth = steps, 0
    try:
        return not validator.is_valid(value)
    except (Unresolvable, RecursionError, ArithmeticError, _TooLong):
        return False


def _counted(name: str, keyword: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    """A keyword that costs a step, and one for each thing that it may look at."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        _steps.left -= 1 + sum(len(each) for each in (value, instance) if isinstance(each, list | dict))
        if _steps.left < 0 or _steps.depth >= DEPTH_MAX:
            raise _TooLong
        if name in UNCHECKED or (name == "additionalProperties" and "patternProperties" in schema):
            return  # the latter runs the expressions of the former
        _steps.depth += 1
        try:
            yield from keyword(validator, value, instance, schema) or ()
        finally:
            _steps.depth -= 1

    return check


_Lenient = validators.extend(Draft7Validator, {n: _counted(n, k) for n, k in Draft7Validator.VALIDATORS.items()})


@lru_cache(maxsize=SCHEMAS_KEPT)
def _validator(schema: bytes) -> Any:
    """None: it is no schema, which is the upstream's to say."""
    document = msgspec.json.decode(schema)
    if _breaks(_Lenient(Draft7Validator.META_SCHEMA), document, SCHEMA_STEPS_MAX):
        return None
    return _Lenient(document, registry=Registry())
