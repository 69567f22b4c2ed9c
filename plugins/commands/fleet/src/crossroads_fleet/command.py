"""`crossroads fleet write|check|affected|release|docs`: the commands; heavy imports stand inside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossroads.cli.show import Json, fail, note, show

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Many packages in one repository.")
Root = Annotated[Path, typer.Option("--root", help="In the repository; default: here.")]
Names = Annotated[list[str] | None, typer.Argument(help="Providers; default: all.")]


@app.callback()
def fleet() -> None:
    """Provider packages of a repository: written from facts, checked, released."""


@app.command()
def write(
    names: Names = None,
    catalog: Annotated[Path | None, typer.Option(help="Folder of a catalog: take its facts anew.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when something would change.")] = False,
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """Write the generated provider packages. Exit 0; with --check 1 when a file is not as it should be."""
    from crossroads_fleet.catalog import read_catalog
    from crossroads_fleet.repo import Repo
    from crossroads_fleet.write import changes, save

    repo = Repo.around(root.resolve())
    rows = []
    for name, files in changes(repo, read_catalog(catalog) if catalog else None, names or ()):
        if not check:
            save(files)
        rows += [{"provider": name, "file": str(path.relative_to(repo.root))} for path in files]
    show(rows, ("provider", "file"), as_json, empty="Everything is as it should be.")
    if rows and check:
        fail(1, f"{len(rows)} files are not as `crossroads fleet write` makes them. Run it.")
    note(f"{len(rows)} files {'differ' if check else 'written'}")
