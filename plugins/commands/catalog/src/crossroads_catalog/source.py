"""The catalog of sourced facts that `crossroads catalog write` reads: a folder of JSON lines, one fact sheet a line.

Law: nothing is added to what the lines say; a source becomes a URL that a stranger can open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from crossroads.errors import ConfigError

MODELS, ENDPOINTS, PROVIDERS = "models.jsonl", "endpoints.jsonl", "providers.jsonl"
NEEDED = {MODELS: {"id": str, "author": str, "sources": list}, ENDPOINTS: {"provider": str, "provider_model_id": str}}
"""Words without which a line says nothing, and their types."""
LINES_MAX = 1_000_000
Line = dict[str, Any]


def read_lines(catalog: Path, name: str) -> list[Line]:
    """All lines of one file. Raises ConfigError: it is not there, empty, or a line lacks what it needs."""
    file = catalog / name
    found: list[Line] = []
    try:
        with file.open(encoding="utf-8") as text:
            for number, line in enumerate(text, 1):
                if number > LINES_MAX:
                    raise ValueError(f"more than {LINES_MAX} lines")
                found.append(_object(json.loads(line), number, NEEDED.get(name, {})))
        if name == MODELS and not found:
            raise ValueError("it holds no model, and would take away every fact that is there")
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(
            f"can't be read: {error}.", file=str(file), remedy="Name the folder that holds models.jsonl."
        ) from None
    return found


def _object(value: Any, number: int, needed: Mapping[str, type]) -> Line:
    if not isinstance(value, dict):
        raise ValueError(f"line {number} is no object")
    for word, holds in needed.items():
        if not isinstance(value.get(word), holds) or not value[word]:
            raise ValueError(f"line {number} has no `{word}`")
    return value


def located(source: Mapping[str, Any]) -> tuple[str, str, str]:
    """Of a source: (key, URL of the whole, path below it)."""
    path = str(source.get("path", ""))
    if "repo" in source:
        owner, _, name = str(source["repo"]).partition("/")
        base = f"https://github.com/{owner}/{name}/blob/{source['commit']}/"
        return name.replace(".", "-"), base, quote(path)
    name, _, version = str(source["package"]).rpartition("==")
    kind = "npm" if name.startswith("@") or path.startswith("package/") else "pypi"
    key = name.removeprefix("@").replace("/", "-").replace(".", "-")
    return key, f"pkg:{kind}/{quote(name, safe='/')}@{version}#", quote(path.removeprefix("package/"))
