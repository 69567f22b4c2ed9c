"""Data policy, place, certifications and policy links of a provider, each with its own source.

What is judged here: that prompts are not kept is left out where only OpenRouter's lists say so, for they may describe
its own contract. Unstated counts as the worst, so leaving out is the safe side.
"""

from __future__ import annotations

from typing import Any

from crossroads_fleet.catalog import Facts, Provider
from crossroads_fleet.sources import source_of

WORDS = {
    "data_policy.training": "data_policy.trains_on_data",
    "data_policy.retains_prompts": "data_policy.retains_prompts",
    "data_policy.retention_days": "data_policy.retention_days",
    "data_policy.publishes": "data_policy.may_publish",
    "data_policy.zdr": "data_policy.zero_retention",
    "headquarters": "headquarters",
    "datacenters": "datacenters",
    "regions": "regions",
    "certifications": "certifications",
    "abortable_streams": "abortable_streams",
    "dpa": "links.dpa",
    "privacy_policy": "links.privacy_policy",
    "terms": "links.terms",
    "trust_center": "links.trust_center",
    "subprocessors": "links.subprocessors",
    "status_page": "links.status_page",
    "rate_limits_doc": "links.rate_limits",
}
"""The catalog's field -> our word."""
OPENROUTERS = frozenset(
    {"dthinkr/openrouter-uptime", "supsupea4t43/appats-tracker", "Parametrix-insurance/openrouter-uptime"}
)
KINDS: dict[str, type | tuple[type, ...]] = {
    "data_policy.trains_on_data": bool,
    "data_policy.retains_prompts": bool,
    "data_policy.retention_days": int,
    "data_policy.may_publish": bool,
    "abortable_streams": bool,
}


def governance_words(provider: Provider, words: dict[str, Any], sources: dict[str, Any]) -> None:
    """Adds them; what the fuller list says goes before what `words` had."""
    _from_provider(provider.facts, words, sources)
    for field, path in WORDS.items():
        fact = provider.governance.get(field)
        if fact is None or (source := source_of(fact)) is None:
            continue
        value = _value(path, fact)
        if value is not None:
            table, _, word = path.rpartition(".")
            (words.setdefault(table, {}) if table else words)[word] = value
            sources[path] = source


def _from_provider(facts: Facts, words: dict[str, Any], sources: dict[str, Any]) -> None:
    """The thinner statement of the provider's own record."""
    policy = facts.get("data_policy") or {}
    source = next((s for one in facts.get("sources", {}).get("data_policy", ()) if (s := source_of(one))), None)
    if source is None:
        return
    if isinstance(policy.get("trains_on_data"), bool):
        words.setdefault("data_policy", {})["trains_on_data"] = policy["trains_on_data"]
        sources["data_policy.trains_on_data"] = source
    if policy.get("logs_prompts") is True:
        words.setdefault("data_policy", {})["retains_prompts"] = True
        sources["data_policy.retains_prompts"] = source


def _value(path: str, fact: Facts) -> Any:
    """As the manifest writes it; None: not to be taken."""
    value = fact["value"]
    if path == "data_policy.zero_retention":
        kept = {"available": bool, "default": bool, "how": str}
        return {key: value[key] for key, kind in kept.items() if isinstance(value.get(key), kind)} or None
    if path in KINDS and (not isinstance(value, KINDS[path]) or (KINDS[path] is int and isinstance(value, bool))):
        return None
    if path == "data_policy.retains_prompts" and value is False and _only_openrouter_says(fact):
        return None
    if path.startswith("links.") and not str(value).startswith(("https://", "http://")):
        return None
    return value


def _only_openrouter_says(fact: Facts) -> bool:
    if fact.get("kind") == "vendor":
        return False
    said_by = [fact["source"], *fact.get("also_in", ())]
    return all(source.get("repo") in OPENROUTERS for source in said_by)
