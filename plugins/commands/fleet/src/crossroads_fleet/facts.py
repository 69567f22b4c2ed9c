"""From the catalog's facts on a provider to the words of its manifest.

What is judged here, and how: only addresses of dialects that are known here are taken, the first without plan or
region is the usual one, others with a plan or a region become sites (`places.py`). An operation is taken only where a
source names it at that address. A key's variable that belongs to somebody else is left out: a key must never go to the
wrong host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from crossroads.addresses import PLACEHOLDER
from crossroads_fleet.catalog import Catalog, Facts, Provider
from crossroads_fleet.governance import governance_words
from crossroads_fleet.offers import told_conflict
from crossroads_fleet.places import site_name, usual_address
from crossroads_fleet.sources import source_of

PATHS = {
    "openai-chat": ("chat", "openai-chat", "/chat/completions"),
    "anthropic-messages": ("chat", "anthropic-messages", "/messages"),
    "openai-responses": ("chat", "openai-responses", "/responses"),
    "google-gemini": ("chat", "google-gemini", "/models/{upstream}:generateContent"),
    "cohere-v2": ("chat", "cohere-v2", "/chat"),
    "openai-completions": ("completions", "openai-completions", "/completions"),
    "ollama": ("chat", "ollama-chat", "/chat"),
}
"""The catalog's dialect -> operation, our dialect, and what is appended to its base URL."""
BESIDE_CHAT = {
    "completion": ("completions", "openai-completions", "/completions"),
    "embeddings": ("embeddings", "openai-embeddings", "/embeddings"),
    "image": ("images", "openai-images", "/images/generations"),
    "speech": ("speech", "openai-speech", "/audio/speech"),
    "transcription": ("transcription", "openai-transcription", "/audio/transcriptions"),
    "translation": ("translation", "openai-translation", "/audio/translations"),
    "moderation": ("moderation", "openai-moderations", "/moderations"),
}
"""Operations that stand beside an openai-chat address, where the source names them there."""
KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]*(KEY|TOKEN|PAT|CREDENTIALS|SECRET)")
PLANS = re.compile(r"_PLAN_|_CODING_|_CN_")
"""In the name of a key for a plan or region: not for the usual address."""
HALF = re.compile(r"SECRET_ACCESS_KEY|ACCESSKEY|SECRETKEY")
"""Halves of a pair that signs: no key by themselves, where another is named."""
FOREIGN = ("AWS_", "AZURE_", "GOOGLE_", "OPENAI_", "ANTHROPIC_", "GITHUB_", "HUGGINGFACE_", "HF_")
"""Variables of big houses: a provider of another name does not get them."""
LINKS = ("homepage", "docs", "status_page", "privacy_policy", "terms")


def words_of(provider: Provider, catalog: Catalog) -> dict[str, Any]:
    """The manifest of one provider without its endpoints. Facts only: a hand's words come later."""
    facts = provider.facts
    words: dict[str, Any] = {"schema": 1, "name": provider.package, "display_name": facts["name"]}
    sources: dict[str, Any] = {}
    if "status" in facts:
        words["status"] = facts["status"]
        sources["status"] = _source(facts, "status")
    words |= _auth(provider, catalog)
    words |= _addresses(facts, sources)
    if facts.get("models_listing"):
        listing = _below(facts["models_listing"], words.get("base_url"))
        of_a_site = any(listing.startswith(site["base_url"]) for site in words.get("sites", {}).values())
        if listing.startswith("{base_url}") or (urlsplit(listing).hostname in words.get("hosts", ()) and not of_a_site):
            words["models_url"] = listing
            sources["models_url"] = _source(facts, "models_listing")
    words["links"] = {link: facts[link] for link in LINKS if _is_url(facts.get(link))}
    sources |= {f"links.{link}": _source(facts, link) for link in words["links"]}
    if facts.get("headquarters"):
        words["headquarters"] = facts["headquarters"]
        sources["headquarters"] = _source(facts, "headquarters")
    governance_words(provider, words, sources)
    words["notes"] = list(_notes(facts))
    words["quirks"] = list(_quirks(facts))
    words["sources"] = {path: source for path, source in sources.items() if source}
    return {key: value for key, value in words.items() if value or value is False}


def derived(document: Mapping[str, Any]) -> dict[str, Any]:
    """Words that follow from the others: what is missing, and that a key alone does not activate it."""
    lacks = {"base_url": "base_url", "dialect": "operations", "auth": "auth"}
    missing = [name for name, word in lacks.items() if word not in document]
    found = {key: value for key, value in document.items() if key != "missing"} | (
        {"missing": missing} if missing else {}
    )
    if not missing and "activate" not in document:
        local, keyless = _is_local(document["base_url"]), "env" not in document["auth"]
        if local or keyless or document.get("status", "live") != "live":
            found["activate"] = "configuration"
    return found


def _auth(provider: Provider, catalog: Catalog) -> dict[str, Any]:
    auth = provider.facts.get("auth") or {}
    scheme = auth.get("scheme")
    if scheme not in ("bearer", "header", "query", "basic", "none"):
        return {}
    words: dict[str, Any] = {"scheme": scheme}
    env = [name for name in auth.get("env", ()) if _is_own_key(name, provider.facts, catalog)]
    env = [name for name in env if not HALF.search(name)] or env
    if env:
        words["env"] = env
    if scheme == "header":
        words["header"] = auth["header"]
    if scheme == "query":
        words["query"] = auth["header"]
    if auth.get("prefix"):
        words["prefix"] = auth["prefix"]
    return {"auth": words | {"source": _source(provider.facts, "auth")}}


def _is_own_key(name: str, facts: Facts, catalog: Catalog) -> bool:
    """A variable that two claim is nobody's, unless it begins with the name of one."""
    if not KEY_NAME.fullmatch(name):
        return False
    if PLANS.search(name):
        return False
    begins = [_shouted(word) for word in (facts["id"], *facts.get("aliases", ()))]
    mine = any(word and name.startswith(word) for word in begins)
    if name.startswith(FOREIGN):
        return mine
    others = [other for other in catalog.claims[name] if other != facts["id"]]
    if not others:
        return True
    longer = any(name.startswith(_shouted(o)) and len(_shouted(o)) > len(_shouted(facts["id"])) for o in others)
    return name.startswith(_shouted(facts["id"])) and not longer


def _shouted(word: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", word.upper()).strip("_")


def _addresses(facts: Facts, sources: dict[str, Any]) -> dict[str, Any]:
    """base_url, variables, sites, operations."""
    known = [base for base in facts.get("base_urls", ()) if base.get("dialect") in PATHS and _is_url(base["url"])]
    if not known:
        stated = next((b["url"] for b in facts.get("base_urls", ()) if b["url"].startswith("https://")), None)
        if stated is None or "{" in stated:
            return {}
        sources["base_url"] = _source(facts, "base_urls", stated)
        return {"base_url": stated.rstrip("/")}
    main = usual_address(known, facts)
    variables: dict[str, Any] = {}
    base_url = _with_variables(main["url"], variables)
    sources["base_url"] = _source(facts, "base_urls", main["url"])
    words: dict[str, Any] = {"base_url": base_url, "operations": _operations(main, facts)}
    words["sites"] = sites = _sites(known, main, facts)
    operation, dialect, _ = PATHS[main["dialect"]]
    for base in known:
        if _place(base, main, facts, sites) or base["dialect"] == main["dialect"] or not _same_house(base, main):
            continue
        other_operation, other, path = PATHS[base["dialect"]]
        url = _below(_with_variables(base["url"], variables), base_url) + path
        served = {"url": url, "source": _source(facts, "base_urls", base["url"])}
        if other_operation != operation:
            words["operations"].setdefault(other_operation, {"dialect": other, **served})
        elif other != dialect:
            also = words["operations"][operation].setdefault("also", {})
            also.setdefault(other, {"url": url, **_key_style(base, facts), "source": served["source"]})
    words["hosts"] = sorted(set(_hosts(words)))
    return words | ({"variables": variables} if variables else {})


def _place(base: Facts, main: Facts, facts: Facts, sites: Mapping[str, Any]) -> str:
    """The site of an address, also where its URL alone says so; empty: the usual one."""
    below = (name for name, site in sites.items() if f"{base['url']}/".startswith(f"{site['base_url']}/"))
    return site_name(base, main, facts) or next(below, "")


def _same_house(base: Facts, main: Facts) -> bool:
    """Under one domain: an address elsewhere may be another account's."""
    return base["url"].split("/")[2].split(".")[-2:] == main["url"].split("/")[2].split(".")[-2:]


def _operations(base: Facts, facts: Facts) -> dict[str, Any]:
    """What is served at one address."""
    source = _source(facts, "base_urls", base["url"])
    operation, dialect, path = PATHS[base["dialect"]]
    found = {operation: {"dialect": dialect, "url": "{base_url}" + path, "source": source}}
    if base["dialect"] == "openai-chat":
        for named in base.get("operations", ()):
            if named in BESIDE_CHAT:
                name, dialect, path = BESIDE_CHAT[named]
                found[name] = {"dialect": dialect, "url": "{base_url}" + path, "source": source}
    return found


def _key_style(base: Facts, facts: Facts) -> dict[str, Any]:
    """The key of an Anthropic address goes into x-api-key where a source says so."""
    says_so = any("anthropic-messages base URL takes the key in header x-api-key" in q for q in facts.get("quirks", ()))
    if base["dialect"] == "anthropic-messages" and says_so:
        return {"auth": {"scheme": "header", "header": "x-api-key"}}
    return {}


def _sites(known: list[Facts], main: Facts, facts: Facts) -> dict[str, Any]:
    sites: dict[str, Any] = {}
    dialect = PATHS[main["dialect"]][1]
    for base in known:
        name = site_name(base, main, facts)
        if not name or "{" in base["url"]:
            continue
        if base["dialect"] == main["dialect"] and name not in sites:
            sites[name] = {"base_url": base["url"].rstrip("/"), "source": _source(facts, "base_urls", base["url"])}
            if base.get("region"):
                sites[name]["region"] = base["region"]
    for base in known:
        site, (_, other, path) = sites.get(_place(base, main, facts, sites)), PATHS[base["dialect"]]
        if site is not None and other != dialect:
            site.setdefault("also", {}).setdefault(other, base["url"].rstrip("/") + path)
    return sites


def _hosts(words: Mapping[str, Any]) -> Iterator[str]:
    """Hosts of addresses that do not move with the base URL. With a variable in it, none: the filled one counts."""
    for served in words["operations"].values():
        for url in (served["url"], *(other["url"] for other in served.get("also", {}).values())):
            if not url.startswith("{base_url}") and "{" not in url.split("/")[2]:
                yield str(urlsplit(url).hostname)
    if "{" not in words["base_url"].split("/")[2]:
        yield str(urlsplit(words["base_url"]).hostname)


def _with_variables(url: str, variables: dict[str, Any]) -> str:
    """{resourceName} -> {resource_name}, described by its name alone until a hand says it better."""
    for name in re.findall(r"\{([^}]+)\}", url):
        ours = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")
        if not PLACEHOLDER.fullmatch(f"{{{ours}}}"):
            raise ValueError(f"{url}: no variable can be named {name}")
        variables[ours] = {"description": f"your {ours.replace('_', ' ')}"}
        if re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            variables[ours]["env"] = [name]
        url = url.replace("{" + name + "}", "{" + ours + "}")
    return url.rstrip("/")


def _below(url: str, base_url: str | None) -> str:
    """With {base_url} for what it says."""
    base = (base_url or "").rstrip("/")
    return "{base_url}" + url[len(base) :] if base and (url == base or url.startswith(base + "/")) else url


def _notes(facts: Facts) -> Iterator[dict[str, Any]]:
    seen = {found.get("value_seen"): found for found in facts.get("sources", {}).get("quirks", ())}
    for text in facts.get("quirks", ()):
        found = seen.get(text) or next((f for v, f in seen.items() if str(text).startswith(str(v)[:40])), None)
        source = source_of(found) if found else _source(facts, "quirks")
        yield {"text": " ".join(text.split()), **({"source": source} if source else {})}
    for conflict in facts.get("conflicts", ()):
        source = _source(facts, conflict["field"])
        yield {"text": told_conflict(conflict), **({"source": source} if source else {})}


def _quirks(facts: Facts) -> Iterator[dict[str, Any]]:
    """Statements that are the same at many providers, as data."""
    texts = facts.get("quirks", ())
    source = _source(facts, "quirks")
    for text in texts:
        if text == "takes parameter max_tokens instead of max_completion_tokens":
            yield {"operations": ["chat"], "rename": {"max_completion_tokens": "max_tokens"}, "source": source}
        if text == "takes parameter max_completion_tokens instead of max_tokens":
            yield {"operations": ["chat"], "rename": {"max_tokens": "max_completion_tokens"}, "source": source}
        if text == "maximum temperature is 1":
            yield {"operations": ["chat"], "clamp": {"temperature": [0, 1]}, "source": source}
        if text == "does not take the role 'developer'":
            yield {"operations": ["chat"], "roles": {"developer": "system"}, "source": source}
        if text == "does not take stream_options":
            yield {"operations": ["chat"], "drop": ["stream_options"], "source": source}


def _source(facts: Facts, field: str, value: str | None = None) -> dict[str, str] | None:
    """Of a field; where several are named, the one that saw this value."""
    found = list(facts.get("sources", {}).get(field, ()))
    exact = [
        one for one in found if value is not None and str(one.get("value_seen", "")).rstrip("/") == value.rstrip("/")
    ]
    near = [one for one in found if value is not None and str(one.get("value_seen", "")) in value]
    return next((s for one in (*exact, *near, *found) if (s := source_of(one))), None)


def _is_url(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch(r"https?://\S+", text) is not None


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104  (compared, never bound)
