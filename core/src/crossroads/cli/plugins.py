"""`crossroads plugins list|doctor`: what is installed, and whether it works."""

from __future__ import annotations

import time
from typing import Any

import typer

from crossroads.cli.show import ConfigFile, Json, note, show

app = typer.Typer(help="What is installed.", no_args_is_help=True)


@app.command("list")
def list_plugins(as_json: Json = False) -> None:
    """List every plugin that is installed, by kind. Imports none. Exit 0, also when empty."""
    from crossroads.config import home
    from crossroads.engine.index import load_index

    rows = [_row(plugin) for plugin in load_index(home() / "cache").all()]
    show(rows, ("kind", "name", "distribution", "version", "error"), as_json, empty="No plugin is installed.")


@app.command("doctor")
def doctor(config: ConfigFile = None, as_json: Json = False) -> None:
    """Import each plugin, check it against the contract, say what is wrong. Exit 1 when something is."""
    from crossroads import hookspecs
    from crossroads.config import home, load_config
    from crossroads.engine.index import load_index
    from crossroads.engine.plugins import Plugins

    index = load_index(home() / "cache")
    trusted = load_config(config).plugins.trusted
    rows = [_row(plugin) | _examine(plugin, Plugins(index, trusted=trusted)) for plugin in index.all()]
    show(rows, ("kind", "name", "distribution", "version", "state", "import_ms", "problem"), as_json)
    broken = [row for row in rows if row["state"] == "broken"]
    note(f"{len(rows)} plugins, {len(broken)} broken. Hook API {hookspecs.API}.")
    if broken:
        raise typer.Exit(1)


def _row(plugin: Any) -> dict[str, Any]:
    return {
        "kind": plugin.group.removeprefix("crossroads."),
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "value": plugin.value,
        "manifest": plugin.manifest_path,
        "error": plugin.error,
    }


def _examine(plugin: Any, plugins: Any) -> dict[str, Any]:
    """Load it, and let pluggy check the hooks of a class or module without making it."""
    from crossroads.errors import CrossroadsError

    if (why := plugins.may_load(plugin)) is not None:
        return {"state": "not loaded", "import_ms": None, "problem": why}
    started = time.perf_counter()
    try:
        loaded = plugins.load(plugin.group, plugin.name)
        plugins.register(loaded, f"{plugin.group.removeprefix('crossroads.')}/{plugin.name}")
    except CrossroadsError as error:
        return {"state": "broken", "import_ms": None, "problem": str(error)}
    return {"state": "ok", "import_ms": round((time.perf_counter() - started) * 1000, 1), "problem": None}
