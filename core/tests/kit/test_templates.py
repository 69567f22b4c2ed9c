"""A new package: complete, in the right place, or not begun; and each kind passes its own tests and the check."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from crossroads.errors import ConfigError
from crossroads.kit.check import check_package
from crossroads.kit.source import read_package
from crossroads.kit.templates import KINDS, write_package

CHECKED = sorted(set(KINDS) - {"provider"})
"""A provider's own tests and check are run by tests/test_examples.py, as docs/how-to/write-a-plugin.md has them."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Kind -> the folder of a new package of that kind."""
    top = tmp_path_factory.mktemp("new")
    for kind in KINDS:
        write_package(kind, f"my-{kind}", top / kind)
    return {kind: top / kind for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_is_complete_and_declares_its_kind(kind, packages):
    folder = packages[kind]
    names = {path.name for path in folder.iterdir()}
    assert names >= {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "PUBLISHING.md", "src", "tests"}
    package = read_package(folder)
    assert (package.name, package.entries[0].kind) == (f"crossroads-my-{kind}", KINDS[kind])
    assert not [path for path in folder.rglob("*") if path.is_file() and "$" in path.read_text()]


@pytest.mark.parametrize("kind", CHECKED)
def test_a_new_package_passes_its_own_tests_before_it_is_installed(kind, packages):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=packages[kind], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", CHECKED)
def test_a_new_package_passes_the_check(kind, packages):
    results = check_package(packages[kind])
    assert len(results) > 10
    assert {result.state for result in results} <= {"ok", "exempt"}, [r for r in results if r.state == "failed"]


def test_its_code_passes_the_linter_of_this_project(packages):
    command = [sys.executable, "-m", "ruff", "check", "--config", str(Path(__file__).parents[3] / "pyproject.toml")]
    done = subprocess.run([*command, *map(str, packages.values())], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [("store", "x", "provider, dialect"), ("sink", "My_Sink", "small letters"), ("sink", "../x", "small letters")],
)
def test_a_wrong_kind_or_name_is_told_and_nothing_is_written(kind, name, says, tmp_path):
    with pytest.raises(ConfigError, match=says):
        write_package(kind, name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="there already"):
        write_package("sink", "x", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_name_that_begins_with_a_digit_still_makes_a_class(tmp_path):
    write_package("policy", "01-ai", tmp_path / "out")
    document = tomllib.loads((tmp_path / "out" / "pyproject.toml").read_text())
    assert document["project"]["entry-points"]["crossroads.policies"] == {"01-ai": "crossroads_01_ai:The01Ai"}


@pytest.mark.parametrize("out", ["file/in-it", "n" * 300])
def test_where_nothing_can_be_written_the_folder_is_named(out, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match=r"out=.*can't be written"):
        write_package("sink", "it", tmp_path / out)


def test_what_broke_off_leaves_nothing(tmp_path, monkeypatch):
    whole = Path.write_text

    def full(self, *arguments):
        if self.name == "pyproject.toml":
            raise OSError(28, "No space left on device")
        return whole(self, *arguments)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ConfigError, match="No space left"):
        write_package("sink", "it", tmp_path / "new")
    assert not list(tmp_path.rglob("*.*"))


def test_a_name_that_no_file_could_have_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="at most 64"):
        write_package("sink", "n" * 65, tmp_path / "new")
