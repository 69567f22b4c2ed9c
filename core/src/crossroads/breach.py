"""Does a value keep a JSON Schema? Both come from strangers, and neither may keep the process busy.

Law: regular expressions are not run, uniqueness (quadratic) is not looked at, steps and depth are bounded, nothing is
fetched. What can't be judged within that is no breach.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

UNCHECKED = ("pattern", "patternProperties", "format", "uniqueItems", "unevaluatedProperties", "unevaluatedItems")
"""The last two look into other keywords by themselves, uncounted, and run the expressions of `patternProperties`."""
STEPS_MAX = 10_000
"""Of one comparison of value and schema: some 0.1 s. A schema that refers to itself may ask for any number."""
SCHEMA_STEPS_MAX = 100_000
"""Of asking, once, whether a schema is one: some 1,000 of its parts."""
DEPTH_MAX = 100
"""Of keywords within keywords, some 400 frames: where Python's own bound is met in the registry's Rust, that panics."""
SCHEMAS_KEPT = 256
SCHEMA_BYTES_MAX = 256 << 10
"""A longer one is not judged: so many of them are kept."""


class _TooLong(Exception):
    """More steps than are allowed, or deeper."""


class _Steps(threading.local):
    left = depth = 0


_steps = _Steps()


def breach(schema: Any, value: Any, *, draft: int = 2020) -> str | None:
    """Where the value breaks the schema first, as `$.a.b (required)`; None: nowhere that is looked at.

    draft: 2020 or 7, where the schema's own `$schema` names none. A schema that is none breaks nothing.
    """
    encoded = msgspec.json.encode(schema)
    validator = None if len(encoded) > SCHEMA_BYTES_MAX else _validator(encoded, draft)
    error = None if validator is None else _first(validator, value, STEPS_MAX)
    return None if error is None else f"{error.json_path} ({error.validator})"


def _first(validator: Any, value: Any, steps: int) -> Any:
    from referencing.exceptions import Unresolvable

    _steps.left, _steps.depth = steps, 0
    try:
        return next(validator.iter_errors(value), None)
    except (Unresolvable, RecursionError, ArithmeticError, _TooLong):
        return None


@lru_cache(maxsize=SCHEMAS_KEPT)
def _validator(schema: bytes, draft: int) -> Any:
    """None: it is no schema."""
    from jsonschema import Draft7Validator, Draft202012Validator, validators
    from referencing import Registry

    document = msgspec.json.decode(schema)
    if isinstance(document, dict) and not isinstance(document.get("$schema", ""), str):
        return None
    kind = validators.validator_for(document, default=Draft7Validator if draft == 7 else Draft202012Validator)
    bounded = _bounded(kind)
    if _first(bounded(kind.META_SCHEMA), document, SCHEMA_STEPS_MAX) is not None:
        return None
    return bounded(document, registry=Registry())


@lru_cache(maxsize=8)
def _bounded(kind: Any) -> Any:
    from jsonschema import validators

    return validators.extend(kind, {name: _counted(name, keyword) for name, keyword in kind.VALIDATORS.items()})


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
