"""Laws of the house that no single package can hold."""

import ast
import tomllib
from pathlib import Path

import pytest

from crossroads.kit.files import file_results
from crossroads.kit.source import read_package

ROOT = Path(__file__).parent.parent
CORE = ROOT / "core" / "src" / "crossroads"
PACKAGES = sorted(path.parent for path in (ROOT / "plugins").glob("*/*/pyproject.toml"))
MAY_USE_THE_ENGINE = {"__init__", "client", "embed", "cli", "testing", "kit", "engine"}


def imports(file: Path) -> set[str]:
    """Modules that a file imports, those under `if TYPE_CHECKING` left out."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def texts(file: Path) -> list[str]:
    """String constants of a file that are no docstrings."""
    tree = ast.parse(file.read_text("utf-8"))
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    return [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    ]


def test_law_1_the_core_imports_no_plugin_and_names_no_provider():
    providers = {path.name for path in PACKAGES if path.parent.name == "providers"}
    assert providers
    for file in CORE.rglob("*.py"):
        if "testing" in file.parts:
            continue
        assert not {name for name in imports(file) if name.startswith("crossroads_")}, file
        for text in texts(file):
            assert text not in providers, f"{file}: {text}"
            assert not any(f"crossroads-{name}" in text for name in providers), f"{file}: {text}"


def test_law_2_no_plugin_imports_the_engine():
    for package in PACKAGES:
        for file in (package / "src").rglob("*.py"):
            assert not {name for name in imports(file) if name.startswith("crossroads.engine")}, file


def test_the_outside_ring_does_not_lean_on_the_inside_one():
    for file in CORE.rglob("*.py"):
        part = file.relative_to(CORE).parts[0].removesuffix(".py")
        if part not in MAY_USE_THE_ENGINE:
            assert not {name for name in imports(file) if name.startswith("crossroads.engine")}, file


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_package_has_its_version_changelog_tests_and_one_name(package):
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    assert project["name"] == f"crossroads-{package.name}"
    assert project["version"]
    assert (package / "CHANGELOG.md").read_text().strip()
    assert list((package / "tests").glob("test_*.py"))
    kind = package.parent.name
    if kind == "libraries":  # what several packages share is no plugin
        assert "entry-points" not in project
        return
    assert package.name in project["entry-points"]["pytest11" if kind == "pytest" else f"crossroads.{kind}"]


def test_law_3_nothing_enumerates_the_packages():
    names = [path.name for path in PACKAGES if path.parent.name == "providers"]
    for file in [*CORE.rglob("*.py"), ROOT / "pyproject.toml"]:
        text = file.read_text("utf-8")
        assert sum(f'"{name}"' in text for name in names) < 2, f"{file} lists providers"


@pytest.mark.parametrize("package", [p for p in PACKAGES if p.parent.name == "strategies"], ids=lambda path: path.name)
def test_every_strategy_keeps_the_laws_of_ranking(package):
    assert any("strategy_conformance(" in file.read_text("utf-8") for file in (package / "tests").glob("test_*.py"))


def test_every_package_holds_the_rules_of_the_kit_that_files_can_show():
    for package in PACKAGES:
        if package.parent.name not in ("pytest", "libraries"):
            failed = [result for result in file_results(read_package(package)) if result.state != "ok"]
            assert failed == []
