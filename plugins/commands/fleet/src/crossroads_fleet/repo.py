"""The repository: where packages stand, which package brings which dialect, and which providers a hand keeps whole.

A provider's package is generated when its `provider.toml` says so in its first line; any other is kept by hand as a
whole, and nothing here touches it.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from crossroads.errors import ConfigError
from crossroads.facts import FOLDER, Facts, compile_facts
from crossroads.toml import read_toml
from crossroads_fleet.layout import HEADER

MODELS = f"*/src/*/{FOLDER}"
"""Below plugins/catalogs."""
KINDS = ("providers", "dialects", "strategies", "policies", "sinks", "stores", "surfaces", "commands")


class Repo:
    """One working tree."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @staticmethod
    def around(folder: Path) -> Repo:
        """The repository that this folder stands in. Raises ConfigError: there is none."""
        for root in (folder, *folder.parents):
            if (root / "plugins" / "providers").is_dir():
                return Repo(root)
        raise ConfigError(
            "is in no repository of packages (no plugins/providers above it).",
            field="--root",
            value=str(folder),
            remedy="Run it inside a checkout.",
        )

    @cached_property
    def packages(self) -> dict[str, Path]:
        """Distribution -> folder, of every package, the core first."""
        folders = [self.root / "core", *sorted((self.root / "plugins").glob("*/*"))]
        return {project["name"]: folder for folder in folders if (project := project_of(folder))}

    @cached_property
    def dialects(self) -> dict[str, str]:
        """Dialect -> the distribution that brings it."""
        found = {}
        for name, folder in self.packages.items():
            for entry in project_of(folder).get("entry-points", {}).get("crossroads.dialects", {}):
                found[entry] = name
        return found

    @cached_property
    def models(self) -> Facts:
        """What the catalogs here know of models, and under which one name they go."""
        return Facts(compile_facts(folder) for folder in sorted((self.root / "plugins" / "catalogs").glob(MODELS)))

    def provider(self, name: str) -> Path:
        return self.root / "plugins" / "providers" / name

    @property
    def providers(self) -> list[str]:
        """Of every provider package, in order."""
        return sorted(path.parent.name for path in self.provider("").glob("*/pyproject.toml"))

    def is_generated(self, name: str) -> bool:
        """Or not there yet."""
        file = manifest_file(self.provider(name))
        return not file.exists() or file.read_text("utf-8", "replace").startswith(HEADER)

    def name_is_taken(self, name: str) -> bool:
        """By a package of another kind: two distributions of one name can't be."""
        return any((self.root / "plugins" / kind / name / "pyproject.toml").exists() for kind in KINDS[1:])


def project_of(folder: Path) -> dict[str, Any]:
    """The `[project]` table; empty where there is no package."""
    file = folder / "pyproject.toml"
    if not file.exists():
        return {}
    return dict(read_toml(file).get("project", {}))


def module_of(name: str) -> str:
    return f"crossroads_{name.replace('-', '_')}"


def manifest_file(package: Path) -> Path:
    return package / "src" / module_of(package.name) / "provider.toml"
