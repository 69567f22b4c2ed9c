"""Check a document against a schema of `spec/`, and say what is wrong in the reader's words.

jsonschema finds the fault; this names file, key, value and remedy. Imported only where something is read for the first
time: a compiled manifest comes from the index and is not checked again.
"""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from crossroads.errors import ConfigError

SCHEMAS = ("provider", "config", "models")


def check(document: Mapping[str, Any], schema: str, *, file: str) -> None:
    """Raises ConfigError for the first fault, in document order."""
    faults = sorted(_validator(schema).iter_errors(plain(document)), key=lambda fault: [str(p) for p in fault.path])
    if not faults:
        return
    fault = faults[0]
    key = _dotted(fault.path)
    if fault.validator == "additionalProperties":
        known = sorted(fault.schema.get("properties", {}))
        unknown = sorted(set(fault.instance) - set(known))[0]
        raise ConfigError(
            "is not a known key.",
            file=file,
            field=".".join(filter(None, (key, unknown))),
            # A mistyped `api_key` is an unknown key too: in a provider's table no unknown value is shown.
            value=_shown("key" if key.startswith("providers") else unknown, fault.instance[unknown]),
            remedy=_did_you_mean(unknown, known),
        )
    if fault.validator == "required":
        missing = next(name for name in fault.validator_value if name not in fault.instance)
        raise ConfigError(
            "is missing.",
            file=file,
            field=".".join(filter(None, (key, missing))),
            remedy=f"Add it: {_meaning(fault.schema, missing)}.",
        )
    what, remedy = _explain(fault)
    raise ConfigError(what, file=file, field=key or "(the file)", value=_shown(key, fault.instance), remedy=remedy)


def plain(value: Any) -> Any:
    """TOML values as JSON ones: dates become ISO strings, tuples lists."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value


def load_schema(name: str) -> dict[str, Any]:
    """A schema of `spec/`, which ships inside the core so that a stranger's check needs no repository."""
    text = resources.files("crossroads").joinpath("spec", f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator

    loaded = {schema: load_schema(schema) for schema in SCHEMAS}
    return Draft202012Validator(_inlined(loaded[name], name, loaded))


def _inlined(node: Any, home: str, loaded: Mapping[str, Any]) -> Any:
    """With what each `$ref` points at in its place: a look-up for every value of every row took a third of the time.

    Our schemas refer to `$defs` of their own and of each other, and to nothing that refers back.
    """
    if isinstance(node, list):
        return [_inlined(one, home, loaded) for one in node]
    if not isinstance(node, dict):
        return node
    words = {key: _inlined(value, home, loaded) for key, value in node.items() if key not in ("$ref", "$defs")}
    if "$ref" not in node:
        return words
    file, _, pointer = node["$ref"].partition("#/")
    place = file.removesuffix(".schema.json") or home
    target = loaded[place]
    for part in pointer.split("/"):
        target = target[part]
    return {**_inlined(target, place, loaded), **words}


def _explain(fault: Any) -> tuple[str, str]:
    value = fault.validator_value
    meaning = fault.schema.get("description", "")
    match fault.validator:
        case "enum":
            return "is not one of the known values.", _did_you_mean(str(fault.instance), value)
        case "type":
            kind = value if isinstance(value, str) else " or ".join(value)
            return f"must be {'an' if kind[0] in 'aeio' else 'a'} {kind}.", f"Write {_example(kind)}."
        case "pattern":
            return f"does not have the form {value}.", f"Correct it. {meaning}".strip()
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            bound = "at least" if fault.validator == "minimum" else "more than"
            bound = "at most" if fault.validator == "maximum" else bound
            return f"must be {bound} {value}.", "Correct it."
        case _:
            return f"is not valid: {fault.message[:200]}.", f"Correct it. {meaning}".strip()


def _example(kind: str) -> str:
    return {
        "string": 'text in quotes, "like this"',
        "integer": "a whole number",
        "boolean": "true or false",
        "object": "a table",
        "array": "a list in brackets",
    }.get(kind, f"a {kind}")


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    known = [str(k) for k in known]
    close = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {close[0]!r}? Known: {', '.join(known)}." if close else f"Known: {', '.join(known)}."


def _meaning(schema: Mapping[str, Any], key: str) -> str:
    return str(schema.get("properties", {}).get(key, {}).get("description") or f"`{key} = ...`").rstrip(".")


def _dotted(path: Iterable[Any]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def _shown(key: str, value: Any) -> str | None:
    """A value for an error message; None for a possible secret."""
    lowered = key.lower()
    if any(word in lowered for word in ("key", "secret", "token", "password", "headers", "settings")):
        return None
    return value if isinstance(value, str) else json.dumps(plain(value), default=str)
