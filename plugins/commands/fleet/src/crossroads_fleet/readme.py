"""The page of a package where it is published: README.md, written into the copy that wheels are built from.

A package that has a README of its own keeps it. Nothing is said here that the manifest or the changelog does not say.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crossroads.schema import plain
from crossroads.toml import read_toml
from crossroads_fleet.git import Git
from crossroads_fleet.quality import scale
from crossroads_fleet.repo import Repo, project_of

README = "README.md"
LINKS = ("homepage", "docs", "pricing", "keys", "status_page", "privacy_policy", "terms")
"""In this order, where a manifest has them."""


def staged(repo: Repo, git: Git, where: Path) -> Repo:
    """A copy of what git would keep, each package with its README."""
    for name in git.files:
        source, target = repo.root / name, where / name
        if source.is_symlink() or source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    copy = Repo(where)
    for distribution, folder in copy.packages.items():
        if not (folder / README).exists():
            (folder / README).write_text(readme_of(distribution, folder), "utf-8")
            project = folder / "pyproject.toml"
            text = project.read_text("utf-8")
            project.write_text(text.replace("[project]\n", f'[project]\nreadme = "{README}"\n', 1), "utf-8")
    return copy


def readme_of(distribution: str, folder: Path) -> str:
    """The whole page."""
    says = project_of(folder).get("description", "")
    lines = [f"# {distribution}", "", *([says, ""] if says else []), "```sh", f"pip install {distribution}", "```", ""]
    for file in folder.glob("src/*/provider.toml"):
        lines += _provider(plain(read_toml(file)))
    log = folder / "CHANGELOG.md"
    if log.exists():
        _, first, rest = log.read_text("utf-8").partition("## [")
        lines += ["## Changes", "", re.sub("^#", "##", first + rest, flags=re.MULTILINE)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _provider(document: Mapping[str, Any]) -> Iterator[str]:
    level = document.get("level", "draft")
    says = next((one["says"] for one in scale()["levels"] if one["id"] == level), "")
    yield from (f"Level: **{level}** ({says}).", "")
    if document.get("missing"):
        yield from (f"It can't be called yet; not known: {', '.join(document['missing'])}.", "")
    operations = document.get("operations", {})
    yield from ("| operation | dialect | address |", "|---|---|---|") if operations else ()
    for name, served in operations.items():
        also = "".join(f", {one}" for one in served.get("also", ()))
        address = served["url"].replace("{base_url}", document.get("base_url", "{base_url}"))
        yield f"| {name} | {served['dialect']}{also} | `{address}` |"
    yield from ("",) if operations else ()
    if env := document.get("auth", {}).get("env"):
        yield from (f"Its key is read from `{'`, `'.join(env)}`.", "")
    rows = document.get("endpoints", ())
    if rows:
        priced = sum("price_usd_per_mtok" in row or "price_usd" in row for row in rows)
        models = len({row["model"] for row in rows})
        yield from (f"{models} models, {priced} of {len(rows)} offers with a price. Each fact names its source.", "")
    links = document.get("links", {})
    shown = [f"[{name.replace('_', ' ')}]({links[name]})" for name in LINKS if name in links]
    yield from (", ".join(shown), "") if shown else ()
