"""`crossroads plugin new|check`: write a package of one's own, and check one, anywhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from crossroads.cli.show import Json, note, show, show_json

app = typer.Typer(help="Write and check a plugin of your own.", no_args_is_help=True)


@app.command("new")
def new(
    kind: Annotated[str, typer.Argument(help="provider, dialect, strategy, policy or sink.")],
    name: Annotated[str, typer.Argument(help="The plugin's name, e.g. northwind-ai.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A new folder; default: crossroads-NAME.")] = None,
    as_json: Json = False,
) -> None:
    """Write a complete package: it passes its own tests and the check as it stands. Exit 2 when it can't be written."""
    from crossroads.kit.templates import write_package

    folder = out or Path(f"crossroads-{name}")
    files = write_package(kind, name, folder)
    if as_json:
        show_json([str(file) for file in files])
        return
    show([{"file": str(file)} for file in files], ("file",), as_json)
    note(f"Next: crossroads plugin check {folder}, then pip install -e {folder}.")


@app.command("check")
def check(
    path: Annotated[Path, typer.Argument(help="The package's folder, in which pyproject.toml lies.")] = Path(),
    strict: Annotated[bool, typer.Option("--strict", help="What could not be checked fails too.")] = False,
    as_json: Json = False,
) -> None:
    """Check a package: one line a rule. Its code runs, in another process. Exit 1 when a rule fails."""
    from crossroads.kit.check import check_package

    results = check_package(path)
    show([result.row() for result in results], ("state", "rule", "plugin", "finding", "remedy"), as_json)
    count = Counter(result.state for result in results)
    note(", ".join(f"{number} {state}" for state, number in count.items()) + ".")
    if count["failed"] or (strict and count["not checked"]):
        raise typer.Exit(1)
