"""`crossroads providers`: who is installed, who takes part, and what the others lack."""

from __future__ import annotations

from typing import Any

from crossroads.cli.show import ConfigFile, Json, show


def providers(config: ConfigFile = None, as_json: Json = False) -> None:
    """List installed providers and configured instances. Exit 0, also when empty."""
    from crossroads.engine.catalog import explain_inactive
    from crossroads.engine.exchange import Exchange
    from crossroads.engine.index import PROVIDERS

    exchange = Exchange(config)
    inactive = explain_inactive(exchange.index, exchange.catalog)
    rows: list[dict[str, Any]] = [
        _row(instance.name, instance.manifest, instance.version, exchange)
        | {"active": True, "endpoints": len(instance.endpoints), "why": None, "base_url": instance.base_url}
        for instance in exchange.catalog.instances.values()
    ]
    for plugin in exchange.index.all(PROVIDERS):
        if plugin.name in inactive:
            facts = {"id": plugin.name, "plugin": plugin.name, "version": plugin.version, "error": plugin.error}
            if plugin.error is None:
                facts = _row(plugin.name, exchange.index.manifest(plugin), plugin.version, exchange)
            rows.append({**facts, "active": False, "why": inactive[plugin.name]})
    columns = ("id", "name", "active", "level", "endpoints", "operations", "version", "why")
    show(rows, columns, as_json, empty="No provider is installed. Run `pip install crossroads-<provider>`.")


def _row(id: str, manifest: Any, version: str, exchange: Any) -> dict[str, Any]:
    from crossroads.engine.index import PROVIDERS

    plugin = exchange.index.find(PROVIDERS, manifest.name)
    return {
        "id": id,
        "name": manifest.display_name,
        "plugin": manifest.name,
        "version": version,
        "distribution": plugin.distribution,
        "installed": True,
        "status": manifest.status,
        "callable": manifest.callable,
        "missing": list(manifest.missing),
        "level": manifest.level,
        "operations": sorted(manifest.operations),
        "dialect": sorted({served.dialect for served in manifest.operations.values()}),
        "links": manifest.links,
    }
