"""The level of a provider's package, from evidence: its manifest, its recordings, its reports of live calls.

The scale stands in `spec/quality-scale.toml`; here is one checker for each of its rules, by id.
"""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from crossroads.addresses import host_of
from crossroads.errors import ConfigError
from crossroads.toml import read_toml
from crossroads_fleet.layout import SCALARS, TABLES

RECORDINGS = "tests/recordings"
LIVE = "tests/live.json"


class Evidence(NamedTuple):
    """Of one package. day: on which it is judged."""

    document: Mapping[str, Any]
    folder: Path
    day: datetime.date


@cache
def scale() -> dict[str, Any]:
    """Levels and rules, in order."""
    text = resources.files("crossroads").joinpath("spec", "quality-scale.toml").read_text("utf-8")
    return tomllib.loads(text)


def level_of(evidence: Evidence) -> tuple[str, list[str]]:
    """The level, and the rules that keep it from the next one."""
    exempt = _exemptions(evidence.folder)
    reached, order = "draft", [level["id"] for level in scale()["levels"] if level["id"] != "sunset"]
    for level in order:
        rules = [rule["id"] for rule in scale()["rules"] if rule["level"] == level]
        failed = [rule for rule in rules if rule not in exempt and not CHECKERS[rule](evidence)]
        if failed:
            return reached, failed
        reached = level
    return reached, []


def stale_facts(evidence: Evidence) -> list[str]:
    """Where facts stand that were read too long ago: the level decays with them."""
    bound = evidence.day - datetime.timedelta(days=scale()["fresh_days"])
    return [
        where for where, source in sources_of(evidence.document) if datetime.date.fromisoformat(source["read"]) < bound
    ]


def sources_of(node: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every source of a document, with where it stands."""
    if isinstance(node, Mapping):
        if "url" in node and "read" in node:
            yield path, node  # type: ignore[misc]
            return
        for key, value in node.items():
            yield from sources_of(value, f"{path}.{key}".lstrip("."))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from sources_of(value, f"{path}[{number}]")


def _exemptions(folder: Path) -> Mapping[str, str]:
    exempt = _quality(folder).get("exempt", {})
    if not isinstance(exempt, Mapping):
        remedy = "Write a table: rule = reason."
        raise ConfigError(
            "is no table.", file=str(folder / "quality.toml"), field="exempt", value=exempt, remedy=remedy
        )
    return exempt


def _quality(folder: Path) -> Mapping[str, Any]:
    file = folder / "quality.toml"
    return read_toml(file) if file.exists() else {}


def _sourced(evidence: Evidence) -> bool:
    document = evidence.document
    if "source" in document:
        return True
    top = ("base_url", "models_url", "media_hosts", "headquarters", "datacenters", "certifications")
    words = [w for w in top if w in document]
    words += [f"data_policy.{word}" for word in document.get("data_policy", {}) if word != "source"]
    policy = "source" in document.get("data_policy", {})
    named = document.get("sources", {})
    rows = [*document.get("operations", {}).values(), *document.get("sites", {}).values()]
    rows += [row for table in ("quirks", "errors", "notes", "endpoints") for row in document.get(table, ())]
    rows += [document["auth"]] if document.get("auth", {}).get("scheme", "none") != "none" else []
    return all("source" in row for row in rows) and all(
        word in named or (policy and word.startswith("data_policy.")) for word in words
    )


def _closed(evidence: Evidence) -> bool:
    hosts = [*evidence.document.get("hosts", ()), host_of(evidence.document.get("base_url", ""))]
    return all(host and host not in ("*", "*.com") for host in hosts if host is not None)


def _linked(evidence: Evidence) -> bool:
    links = evidence.document.get("links", {})
    return bool({"homepage", "docs"} & set(links)) or "base_url" in evidence.document


def _recorded(evidence: Evidence) -> list[Mapping[str, Any]]:
    return [json.loads(file.read_text("utf-8")) for file in sorted((evidence.folder / RECORDINGS).rglob("*.json"))]


def _replies(evidence: Evidence) -> bool:
    good = [one for one in _recorded(evidence) if one["response"]["status"] == 200]
    there = {(one.get("operation", "chat"), bool(one["stream"])) for one in good}
    operations = evidence.document.get("operations", {})
    return all((name, False) in there for name in operations) and ("chat" not in operations or ("chat", True) in there)


def _tools(evidence: Evidence) -> bool:
    if "chat" not in evidence.document.get("operations", {}):
        return True
    words = ('"tool_calls"', '\\"tool_calls\\"', '"tool_use"', '"functionCall"', '"toolUse"')
    return any(any(word in json.dumps(one["response"]["body"]) for word in words) for one in _recorded(evidence))


def _live(evidence: Evidence) -> bool:
    file = evidence.folder / LIVE
    if not file.exists():
        return False
    report = json.loads(file.read_text("utf-8"))
    age = evidence.day - datetime.date.fromisoformat(report["day"])
    return age.days <= scale()["live_days"] and {"reply", "stream", "usage", "models"} <= set(report["passed"])


CHECKERS: dict[str, Callable[[Evidence], bool]] = {
    "manifest.valid": lambda e: set(e.document) <= {*SCALARS, *TABLES},
    "facts.sourced": _sourced,
    "hosts.closed": _closed,
    "names.linked": _linked,
    "wire.callable": lambda e: bool(e.document.get("operations")) and not e.document.get("missing"),
    "wire.replies": _replies,
    "wire.tools": _tools,
    "wire.errors": lambda e: any(one["response"]["status"] >= 400 for one in _recorded(e)),
    "live.called": _live,
    "kept.maintainer": lambda e: bool(_quality(e.folder).get("maintainer")),
    "kept.policy": lambda e: {"trains_on_data", "retains_prompts"} <= set(e.document.get("data_policy", {})),
    "kept.status": lambda e: "status_page" in e.document.get("links", {}),
}
