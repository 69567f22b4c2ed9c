"""`crossroads plugins list|doctor`: what is installed, who may load, and whether it works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from crossroads.cli.show import ConfigFile, Json, note, show

COLUMNS = (
    "kind", "name", "distribution", "version", "origin", "api", "trust", "state", "import_ms", "problem", "remedy",
)  # fmt: skip

app = typer.Typer(help="What is installed.", no_args_is_help=True)


@app.command("list")
def list_plugins(as_json: Json = False) -> None:
    """List every plugin that is installed, by kind. Imports none. Exit 0, also when empty."""
    from crossroads.config import cache_folder
    from crossroads.engine.installed.index import load_index

    rows = [_row(plugin) for plugin in load_index(cache_folder()).all()]
    show(rows, ("kind", "name", "distribution", "version", "error"), as_json, empty="No plugin is installed.")


@app.command("doctor")
def doctor(config: ConfigFile = None, as_json: Json = False) -> None:
    """Import each trusted plugin, check it against the contract, say what is wrong. Exit 1 when one is broken."""
    from crossroads.api import API
    from crossroads.config import load_config
    from crossroads.engine.installed.doctor import examine_all

    rows = [_row(finding.plugin) | finding.row() for finding in examine_all(load_config(config))]
    columns = (
        "kind",
        "name",
        "distribution",
        "version",
        "origin",
        "api",
        "trust",
        "state",
        "import_ms",
        "problem",
        "remedy",
    )
    show(rows, columns, as_json, empty="No plugin is installed.")
    count = {state: sum(row["state"] == state for row in rows) for state in ("broken", "untrusted")}
    note(f"{len(rows)} plugins, {count['broken']} broken, {count['untrusted']} not trusted. Hook API {API}.")
    if count["broken"]:
        raise typer.Exit(1)


@app.command("hash")
def hash_wheels(
    wheels: Annotated[list[Path], typer.Argument(help="Wheel files.")],
    as_json: Json = False,
) -> None:
    """Print the hash that `plugins.trusted` takes for a wheel, before it is installed. Runs nothing of it."""
    from crossroads.engine.installed.trust import canonical, wheel_hash

    rows = [{"distribution": canonical(wheel.name.split("-")[0]), "hash": wheel_hash(wheel)} for wheel in wheels]
    show(rows, ("distribution", "hash"), as_json)


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
