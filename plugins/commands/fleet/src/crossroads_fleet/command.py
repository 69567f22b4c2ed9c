"""`crossroads fleet write|check|affected|release|docs`: the commands; heavy imports stand inside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossroads.cli.show import Json, fail, note, show

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Many packages in one repository.")
Root = Annotated[Path, typer.Option("--root", help="In the repository; default: here.")]
Names = Annotated[list[str] | None, typer.Argument(help="Providers; default: all.")]
Packages = Annotated[list[str] | None, typer.Argument(help="Packages, with or without crossroads-; default: all.")]


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
    rows, found = [], list(changes(repo, read_catalog(catalog) if catalog else None, names or ()))
    for name, files in found:  # all are known before the first is written
        if not check:
            save(files)
        rows += [{"provider": name, "file": str(path.relative_to(repo.root))} for path in files]
    show(rows, ("provider", "file"), as_json, empty="Everything is as it should be.")
    if rows and check:
        fail(1, f"{len(rows)} files are not as `crossroads fleet write` makes them. Run it.")
    note(f"{len(rows)} files {'differ' if check else 'written'}")


@app.command("affected")
def affected_packages(
    since: Annotated[str, typer.Option(help="A commit, branch or tag.")] = "main",
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """List the packages that a change touches: those that changed, and those that depend on them. Exit 0."""
    from crossroads_fleet.git import Git
    from crossroads_fleet.repo import Repo
    from crossroads_fleet.state import affected

    repo = Repo.around(root.resolve())
    found = affected(repo, Git(repo.root), since)
    rows = [
        {"package": name, "folder": str(repo.packages[name].relative_to(repo.root)), "why": why}
        for name, why in found.items()
    ]
    show(rows, ("package", "folder", "why"), as_json, empty="Nothing changed.")


@app.command()
def check(names: Packages = None, root: Root = Path(), as_json: Json = False) -> None:
    """Check that each package can be released: version, changelog, generated files. Exit 1 when one can't.

    Facts that are too old for their level are told, and are no fault of the change.
    """
    from crossroads.schema import plain
    from crossroads.toml import read_toml
    from crossroads_fleet.git import Git
    from crossroads_fleet.quality import Evidence, scale, stale_facts
    from crossroads_fleet.repo import Repo, manifest_file
    from crossroads_fleet.state import states
    from crossroads_fleet.write import changes, today

    repo = Repo.around(root.resolve())
    found = states(repo, Git(repo.root), names or ())
    faults = [{"package": s.distribution, "fault": fault} for s in found for fault in s.faults]
    for name, files in () if names else changes(repo, None, ()):
        faults += [
            {
                "package": f"crossroads-{name}",
                "fault": f"{path.name} is not as `crossroads fleet write` makes it. Run it.",
            }
            for path in files
        ]
    show(faults, ("package", "fault"), as_json, empty=f"{len(found)} packages can be released as they are.")
    for name in () if names else repo.providers:
        document = plain(read_toml(manifest_file(repo.provider(name))))
        if where := stale_facts(Evidence(document, repo.provider(name), today())):
            old = f"{len(where)} facts are older than {scale()['fresh_days']} days"
            note(f"crossroads-{name}: {old}, the first: {where[0]}")
    if faults:
        raise typer.Exit(1)


@app.command()
def release(
    names: Packages = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the wheels.")] = Path("dist"),
    tag: Annotated[bool, typer.Option("--tag", help="Tag each as released, once all are built.")] = False,
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """Build the wheels of packages whose version moved, and list what would be published. Publishes nothing.

    Providers of the level draft are left out, unless they are named.
    Exit 1 when a package can't be released: it changed and its version did not move, its changelog is silent, or it
    needs a draft.
    """
    from crossroads_fleet.git import Git
    from crossroads_fleet.release import build
    from crossroads_fleet.repo import Repo
    from crossroads_fleet.state import dependencies, in_dependency_order, states

    repo = Repo.around(root.resolve())
    git = Git(repo.root)
    found = states(repo, git, names or ())
    if refused := [f"{s.distribution}: {fault}" for s in found for fault in s.faults]:
        fail(1, "\n".join(refused))
    drafts = set() if names else {state.distribution for state in found if state.moves and state.is_draft}
    for state in found:
        if state.distribution not in drafts and (needed := drafts & {*dependencies(state.folder)}):
            fail(1, f"{state.distribution} needs {', '.join(sorted(needed))}, a draft. Source its facts, or name both.")
    moved = in_dependency_order(state for state in found if state.moves and state.distribution not in drafts)
    rows = build(repo, git, moved, out.resolve()) if moved else []
    show(rows, ("distribution", "version", "bytes", "entry_points", "manifest"), as_json, empty="No version moved.")
    if stray := [f"{row['wheel']}: {name}" for row in rows for name in row["stray"]]:
        fail(1, f"files that have no place in a wheel: {', '.join(stray)}")
    for state in moved if tag else ():
        git.tag(state.distribution, state.version)
    note(f"{len(rows)} wheels, {sum(row['bytes'] for row in rows):,} bytes, in {out}")
    if drafts:
        note(f"{len(drafts)} drafts are left out; name one to release it all the same.")


@app.command()
def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when the page would change.")] = False,
    root: Root = Path(),
) -> None:
    """Write docs/providers.md, docs/reference and the core's index of known packages. --check: exit 1 on a change."""
    from crossroads_fleet.docs import differing, write_index
    from crossroads_fleet.repo import Repo
    from crossroads_fleet.write import save

    repo = Repo.around(root.resolve())
    files = differing(repo)
    if check and files:
        fail(1, f"not current: {', '.join(path.name for path in files)}. Run `crossroads fleet docs`.")
    if not check:
        save(files)
        note(f"{len(files)} pages written; the index is {'written' if write_index(repo) else 'as it was'}.")
