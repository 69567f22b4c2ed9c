"""Where the catalog read a fact, as a URL that a stranger can open.

A file of a repository is its page at that commit. A file of a published package is the package's URL
(pkg:pypi/name@version#path), which names no registry's host.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

READ = "2026-11-24"
"""The day on which the catalog's builders read every source. A fact with a day of its own keeps that."""


def source_of(found: Mapping[str, Any]) -> dict[str, str] | None:
    """A catalog's source -> {url, read}; None: it names no public document."""
    url = url_of(found.get("source", found))
    if url is None:
        return None
    return {"url": url, "read": READ}


def url_of(source: Mapping[str, Any]) -> str | None:
    """The page."""
    if "url" in source:
        return str(source["url"]).replace(" ", "%20")
    path = source.get("path", "")
    if "package" in source:
        name, _, version = source["package"].rpartition("==")
        kind = "npm" if name.startswith("@") or path.startswith("package/") else "pypi"
        return f"pkg:{kind}/{quote(name, safe='/')}@{version}#{quote(path.removeprefix('package/'))}"
    if "repo" in source:
        return f"https://github.com/{source['repo']}/blob/{source['commit']}/{quote(path)}"
    return None
