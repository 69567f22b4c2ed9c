"""A provider's package as files: what is generated, what is made once and then a hand's.

Generated anew each time: provider.toml, pyproject.toml (its version stays). Made once: CHANGELOG.md, quality.toml, the
module, the test. `[package]` of overrides.toml says what generated files can't know:

    description = "..."                     of the distribution
    dependencies = ["botocore>=1.40"]       beside the core and the dialects
    entry_point = "crossroads_x:Class"      where the package is no plain module
    [package.optional-dependencies]         as in pyproject.toml
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crossroads_fleet.layout import render
from crossroads_fleet.repo import Repo, manifest_file, module_of, project_of

FIRST_VERSION = "0.1.0"
API = ">=0.1,<0.2"
KEEP_A_CHANGELOG = "# Changelog\n\nFormat: [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).\n"
QUALITY = "# Exemptions from the quality scale (spec/quality-scale.toml), each with its reason. None.\n"


def files_of(repo: Repo, document: Mapping[str, Any], extra: Mapping[str, Any], day: str) -> dict[Path, str]:
    """Every file of the package that should hold this text, those that are made once only where they are absent.

    document: the manifest's words. extra: `[package]` of overrides.toml. day: of a first release.
    """
    name = document["name"]
    folder = repo.provider(name)
    module = folder / "src" / module_of(name) / "__init__.py"
    always = {
        manifest_file(folder): render(document),
        folder / "pyproject.toml": _pyproject(repo, document, extra),
    }
    once = {
        folder
        / "CHANGELOG.md": f"{KEEP_A_CHANGELOG}\n## [{FIRST_VERSION}] - {day}\n\n### Added\n\n- {_summary(document)}.\n",
        folder / "quality.toml": QUALITY,
        module: f'"""{document["display_name"]}. Facts stand in provider.toml; there is no code."""\n',
    }
    if not list((folder / "tests").glob("test_*.py")):
        file = folder / "tests" / f"test_{name.replace('-', '_')}_conformance.py"
        once[file] = _test(name)
    return {**always, **{path: text for path, text in once.items() if not path.exists()}}


def _test(name: str) -> str:
    words = "".join(part.capitalize() for part in name.split("-"))
    return f'from crossroads.testing import provider_conformance\n\nTest{words} = provider_conformance("{name}")\n'


def _summary(document: Mapping[str, Any]) -> str:
    shown = document["display_name"]
    if missing := document.get("missing"):
        return f"{shown}, listed: its {' and '.join(missing).replace('base_url', 'address')} is not known yet"
    models = len({row["model"] for row in document.get("endpoints", ())})
    what = _listed([operation.replace("_", " ") for operation in document["operations"]])
    return f"{shown}: {what}" + (f", {models} model{'s' if models > 1 else ''}" if models else "")


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _pyproject(repo: Repo, document: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    name, shown = document["name"], document["display_name"].replace('"', "'")
    dists = _dialect_packages(repo, document)
    needed = [f"crossroads{API}", *(f"{dist}{API}" for dist in dists), *extra.get("dependencies", ())]
    version = project_of(repo.provider(name)).get("version", FIRST_VERSION)
    usual = f"{shown} as a provider of Crossroads"
    operations = [operation.replace("_", " ") for operation in document.get("operations", ())]
    usual += f": {_listed(operations)}." if operations else ": listed, not callable yet."
    lines = [
        "[project]",
        f'name = "crossroads-{name}"',
        f'version = "{version}"',
        f'description = "{extra.get("description", usual)}"',
        'license = "Apache-2.0"',
        'requires-python = ">=3.11"',
        *_list("dependencies", needed),
    ]
    if optional := extra.get("optional-dependencies"):
        lines += ["", "[project.optional-dependencies]"]
        lines += [line for key, values in optional.items() for line in _list(key, values)]
    entry = extra.get("entry_point", module_of(name))
    lines += ["", '[project.entry-points."crossroads.providers"]', f'{name} = "{entry}"']
    if dists:
        lines += ["", "[tool.uv.sources]", *(f"{dist} = {{ workspace = true }}" for dist in dists)]
    lines += ["", "[build-system]", 'requires = ["uv_build>=0.9,<0.14"]', 'build-backend = "uv_build"']
    return "\n".join(lines) + "\n"


def _dialect_packages(repo: Repo, document: Mapping[str, Any]) -> list[str]:
    """Raises KeyError: a dialect that no package here brings."""
    named = set()
    for served in document.get("operations", {}).values():
        named |= {served["dialect"], *served.get("also", ())}
    for site in document.get("sites", {}).values() if document.get("operations") else ():
        named |= set(site.get("also", ()))
    return sorted({repo.dialects[dialect] for dialect in named})


def _list(key: str, values: Iterable[str]) -> list[str]:
    texts = [f'"{value}"' for value in values]
    one = f"{key} = [{', '.join(texts)}]"
    return [one] if len(one) <= 100 else [f"{key} = [", *(f"    {text}," for text in texts), "]"]
