"""What is installed: manifests of providers, and catalogs of facts; read as data, no plugin is imported."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from crossroads import Config, Exchange
from crossroads.errors import BadRequest
from crossroads.facts import Facts
from crossroads.manifest import Manifest

CATALOG = "catalog:"
"""Before a catalog's name, where other packages stand beside it."""
PROVIDERS, CATALOGS = "crossroads.providers", "crossroads.catalogs"


class Installed(NamedTuple):
    """manifests: by provider. files: its provider.toml. catalogs: name -> the folder of its models."""

    manifests: dict[str, Manifest]
    files: dict[str, Path]
    versions: dict[str, tuple[str, str]]
    """Provider, or `catalog:<name>` -> distribution and version."""
    catalogs: dict[str, Path]
    facts: Facts


def find_installed(providers: Iterable[str] = (), exchange: Exchange | None = None) -> Installed:
    """Of these providers, or of all. Raises BadRequest: one is not installed; PluginError: one is broken."""
    exchange = exchange or Exchange(Config.of({}))
    usable = [plugin for plugin in exchange.index.all(PROVIDERS) if plugin.error is None]
    wanted = set(providers)
    if unknown := sorted(wanted - {plugin.name for plugin in usable}):
        raise BadRequest(
            "is not installed.",
            field="PROVIDER",
            value=unknown[0],
            remedy="`crossroads providers` lists those that are.",
        )
    found = [plugin for plugin in usable if not wanted or plugin.name in wanted]
    catalogs = [plugin for plugin in exchange.index.all(CATALOGS) if plugin.error is None]
    return Installed(
        manifests={plugin.name: exchange.index.manifest(plugin) for plugin in found},
        files={plugin.name: Path(str(plugin.manifest_path)) for plugin in found},
        versions={
            **{plugin.name: (plugin.distribution, plugin.version) for plugin in found},
            **{f"{CATALOG}{plugin.name}": (plugin.distribution, plugin.version) for plugin in catalogs},
        },
        catalogs={plugin.name: Path(str(plugin.manifest_path)) for plugin in catalogs},
        facts=exchange.plugins.facts,
    )
