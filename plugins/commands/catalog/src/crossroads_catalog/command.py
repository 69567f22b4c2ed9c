"""`crossroads catalog write|diff|refresh`: the commands; heavy imports stand inside them.

Exit codes: 0 done, 1 something was found that a person has to look at, 2 it was asked wrongly.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crossroads.cli.show import ConfigFile, Json, fail, note, show

app = typer.Typer(
    help="Facts of models and offers: write, compare, refresh.", no_args_is_help=True, add_completion=False
)

PACKAGE = Path("plugins/catalogs/models")
Format = Literal["models.dev", "litellm", "genai-prices", "openrouter", "huggingface", "gpustack"]


class Kind(StrEnum):
    """Of contradictions."""

    sources = "sources"
    doubt = "doubt"
    catalogs = "catalogs"
    model = "model"
    price = "price"


class What(StrEnum):
    """Of news."""

    added = "added"
    gone = "gone"
    changed = "changed"


def _installed_names(incomplete: str) -> list[str]:
    """For completion: providers that begin so."""
    from crossroads_catalog.installed import find_installed

    return [name for name in find_installed().manifests if name.startswith(incomplete)]


def _providers(help: str) -> Any:
    return typer.Argument(help=help, autocompletion=_installed_names)


@app.callback()
def group() -> None:
    """Facts of models and offers: write, compare, refresh."""


@app.command("write")
def write_catalog(
    catalog: Annotated[Path, typer.Argument(help="Folder with models.jsonl, endpoints.jsonl, providers.jsonl.")],
    package: Annotated[Path, typer.Option(help="The catalog package that is written.")] = PACKAGE,
    read: Annotated[str | None, typer.Option(help="Day the sources were read; default: from its README.md.")] = None,
    as_json: Json = False,
) -> None:
    """Write a package of model facts from a catalog of sourced facts and the package's overrides.toml."""
    from crossroads_catalog.write import write

    modules = [file.parent for file in sorted(package.glob("src/*/__init__.py"))]
    if not modules:
        fail(2, f"{package} holds no src/<module>/__init__.py. Name a catalog package with --package.")
    day = read or _day(catalog) or ""
    if not _is_day(day):
        fail(2, "--read is missing or no day. Write the day on which the sources were read, as 2026-11-24.")
    changed = write(catalog, package, modules[0], day)
    note(f"{len(changed)} files changed" if changed else "nothing changed")
    show([{"file": str(file)} for file in changed], ("file",), as_json, empty="Every file holds these facts already.")


def _is_day(text: str) -> bool:
    import datetime

    with contextlib.suppress(ValueError):
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None and bool(datetime.date.fromisoformat(text))
    return False


def _day(catalog: Path) -> str | None:
    """The catalog's README says when it was built."""
    readme = catalog / "README.md"
    found = re.search(r"^Built (\d{4}-\d{2}-\d{2})", readme.read_text("utf-8"), re.M) if readme.is_file() else None
    return found and found[1]


@app.command("diff")
def show_differences(
    providers: Annotated[list[str] | None, _providers("Only what concerns these.")] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only these; repeatable.")] = None,
    model: Annotated[str | None, typer.Option(help="Only models whose name holds this.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Of providers that are not installed too.")] = False,
    as_json: Json = False,
) -> None:
    """Show where sources disagree, where a manifest contradicts its model, and prices far from all others."""
    from crossroads_catalog.compare import findings, shown
    from crossroads_catalog.installed import find_installed

    named, installed = set(providers or ()), find_installed()
    known = {None, *installed.manifests, *named}
    found = [
        one
        for one in findings(installed)
        if (everything or one.get("provider") in known)
        and (not kind or one["kind"] in kind)
        and (not named or one.get("provider") in named)
        and (model is None or model.lower() in str(one.get("model", "")).lower())
    ]
    rows = found if as_json else [shown(one) for one in found]
    show(rows, ("kind", "who", "what", "field", "says"), as_json, empty="Nothing contradicts anything.")


@app.command("refresh")
def refresh_facts(
    providers: Annotated[list[str] | None, _providers("Only these; default: all that can be asked.")] = None,
    published: Annotated[str | None, typer.Option("--from", help="A published catalog: FILE or URL.")] = None,
    format: Annotated[Format | None, typer.Option(help="Of --from; default: as it looks.")] = None,
    source: Annotated[str | None, typer.Option(help="URL of what --from FILE is a copy of.")] = None,
    models: Annotated[bool, typer.Option("--models", help="Facts of models, instead of offers; needs --from.")] = False,
    only: Annotated[list[What] | None, typer.Option(help="Only these; repeatable.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Change manifests, versions and changelogs.")] = False,
    doubtful: Annotated[bool, typer.Option("--doubtful", help="Write what carries a doubt, too.")] = False,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Show what providers' live listings, or a published catalog, say that the manifests do not. Exit 1: one failed."""
    import asyncio
    import datetime

    from crossroads_catalog.refresh import from_listings, from_published, rows_of, write_changes

    if published is None and (format or source or models):
        fail(2, "--format, --source and --models need --from FILE or URL.")
    today = datetime.datetime.now(datetime.UTC).date()
    named = providers or []
    with _bar() as step:
        found = asyncio.run(
            from_listings(config, named, step)
            if published is None
            else from_published(published, format, named, source, today, step, models=models)
        )
    if only:
        found = found._replace(changes=[one for one in found.changes if one.change in only])
    written, left = write_changes(found, today.isoformat(), doubtful=doubtful) if write else ([], {})
    for one in written:
        note(f"{one.package.name}: {len(one.changes)} facts, {one.before} -> {one.after}")
    if found.unknown:
        note(f"{len(found.unknown)} providers of the catalog are not installed here")
    rows = rows_of(found, written, left, wrote=write)
    columns = ("provider", "change", "upstream", "field", "old", "new", "doubt", *(("why",) if left else ()))
    show(rows, (*columns, "error") if found.failures else columns, as_json, empty="Nothing is new.")
    if found.failures:
        raise typer.Exit(1)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr, while it works."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
