"""`crossroads providers`: who is installed, who takes part, what the others lack, and who else is known."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crossroads.cli.show import ConfigFile, Json, show

app = typer.Typer(help="List installed providers; find others.", invoke_without_command=True)


@app.callback()
def providers(ctx: typer.Context, config: ConfigFile = None, as_json: Json = False) -> None:
    """List installed providers and configured instances. Exit 0, also when empty."""
    if ctx.invoked_subcommand is not None:
        return
    from crossroads.engine.catalog import explain_inactive
    from crossroads.engine.exchange import Exchange
    from crossroads.engine.installed.index import PROVIDERS

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
    show(rows, columns, as_json, empty="No provider is installed. Run `crossroads install <provider>`.")


@app.command("search")
def search_providers(
    word: Annotated[str, typer.Argument(help="A part of a name, an operation (speech), a dialect.")],
    as_json: Json = False,
) -> None:
    """Find providers, installed or known. Exit 0; nothing alike: an empty list."""
    from crossroads.config import cache_folder
    from crossroads.engine.installed.index import PROVIDERS, load_index
    from crossroads.known import all_known, known_provider, search

    index = load_index(cache_folder())
    here = {plugin.name: plugin for plugin in index.all(PROVIDERS) if plugin.error is None}
    rows = {row.name: row for row in all_known() if row.kind == "providers"}
    rows |= {name: known_provider(index.manifest(plugin), plugin.distribution) for name, plugin in here.items()}
    found = [
        {
            "id": row.name,
            "name": row.title,
            "distribution": row.distribution,
            "installed": row.name in here,
            "version": here[row.name].version if row.name in here else None,
            "callable": row.callable,
            "status": row.status,
            "level": row.level,
            "operations": list(row.operations),
            "dialect": list(row.dialects),
            "homepage": row.homepage,
        }
        for row in search(word, list(rows.values()))
    ]
    columns = ("id", "name", "installed", "callable", "level", "operations", "homepage")
    show(found, columns, as_json, empty=f"Nobody is known by {word!r}. Any package can be installed with pip or uv.")


def _row(id: str, manifest: Any, version: str, exchange: Any) -> dict[str, Any]:
    from crossroads.engine.installed.index import PROVIDERS

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
