"""What changed, what may be released, and what a release holds: in a repository of three packages with a history."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from crossroads_fleet.command import app
from crossroads_fleet.git import Git
from crossroads_fleet.readme import readme_of
from crossroads_fleet.release import row_of
from crossroads_fleet.repo import Repo
from crossroads_fleet.state import State, affected, dependencies, in_dependency_order, states
from typer.testing import CliRunner

from crossroads.errors import ConfigError

PACKAGES = {
    "core": ("crossroads", []),
    "plugins/dialects/words": ("crossroads-words", ["crossroads>=0.1"]),
    "plugins/providers/north": ("crossroads-north", ["crossroads>=0.1", "crossroads-words>=0.1,<0.2"]),
}

MANIFEST = 'schema = 1\nname = "north"\ndisplay_name = "North"\nmissing = ["dialect"]\n'


def git(root, *words):
    subprocess.run(["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@t", *words], check=True)


@pytest.fixture
def repo(tmp_path):
    root = tmp_path / "repo"
    members = ", ".join(f'"{folder}"' for folder in PACKAGES)
    root.mkdir()
    (root / "pyproject.toml").write_text(
        '[project]\nname = "w"\nversion = "0"\n[tool.uv]\npackage = false\n'
        + f"[tool.uv.workspace]\nmembers = [{members}]\n"
        + "[tool.uv.sources]\n"
        + "".join(f"{name} = {{ workspace = true }}\n" for name, _ in PACKAGES.values())
    )
    for folder, (name, needs) in PACKAGES.items():
        module = root / folder / "src" / name.replace("-", "_")
        module.mkdir(parents=True)
        (module / "__init__.py").write_text('"""Nothing."""\n')
        (root / folder / "pyproject.toml").write_text(
            f'[project]\nname = "{name}"\nversion = "0.1.0"\ndependencies = {json.dumps(needs)}\n'
            'license = "Apache-2.0"\n'
            '[build-system]\nrequires = ["uv_build>=0.9,<0.14"]\nbuild-backend = "uv_build"\n'
        )
        (root / folder / "CHANGELOG.md").write_text("## [0.1.0] - 2026-11-25\n")
    manifest = root / "plugins/providers/north/src/crossroads_north/provider.toml"
    manifest.write_text(MANIFEST)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    for name, _ in PACKAGES.values():
        git(root, "tag", f"{name}/0.1.0")
    return Repo(root)


def faults(repo, name):
    (state,) = states(Repo(repo.root), Git(repo.root), [name])
    return state.faults


def run(repo, *words):
    return CliRunner().invoke(app, [*words, "--root", str(repo.root)])


def described(wheel):
    """What an index shows of a wheel."""
    with zipfile.ZipFile(wheel) as file:
        name = next(name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        return file.read(name).decode().partition("\n\n")[2]


def test_what_was_released_and_did_not_change_is_left_alone(repo):
    assert [state for state in states(repo, Git(repo.root)) if state.moves or state.faults or state.changed] == []
    assert "No version moved" in run(repo, "release").output


def test_a_changed_package_whose_version_did_not_move_is_refused(repo):
    (repo.root / "plugins/providers/north/src/crossroads_north/new.py").write_text("")
    assert ["new.py changed since 0.1.0" in fault for fault in faults(repo, "north")] == [True]
    assert run(repo, "check", "north").exit_code == 1
    refused = run(repo, "release")
    assert refused.exit_code == 1
    assert "crossroads-north: " in refused.output


def test_tests_and_overrides_need_no_new_version(repo):
    north = repo.root / "plugins/providers/north"
    (north / "tests").mkdir()
    (north / "tests" / "test_north.py").write_text("")
    (north / "overrides.toml").write_text("")
    assert faults(repo, "north") == ()


def test_a_new_version_wants_its_section_in_the_changelog(repo):
    north = repo.root / "plugins/providers/north"
    project = north / "pyproject.toml"
    project.write_text(project.read_text().replace("0.1.0", "0.1.1", 1))
    assert ["no section [0.1.1]" in fault for fault in faults(repo, "north")] == [True]
    (north / "CHANGELOG.md").write_text("## [0.1.1] - 2026-11-26\n")
    assert faults(repo, "north") == ()


def test_a_version_never_goes_back(repo):
    git(repo.root, "tag", "crossroads-north/0.10.0")
    assert ["below the last release, 0.10.0" in fault for fault in faults(repo, "north")] == [True]


def test_a_change_touches_who_depends_on_it_and_nobody_else(repo):
    (repo.root / "plugins/dialects/words/src/crossroads_words/__init__.py").write_text('"""Changed."""\n')
    found = affected(repo, Git(repo.root), "main")
    assert found == {
        "crossroads-north": "depends on crossroads-words",
        "crossroads-words": "plugins/dialects/words/src/crossroads_words/__init__.py",
    }
    rows = json.loads(run(repo, "affected", "--json").stdout)
    assert [row["package"] for row in rows] == list(found)
    assert run(repo, "affected", "--since", "no-such-commit").exit_code == 1


def test_who_is_depended_on_is_released_first(repo):
    order = [state.distribution for state in in_dependency_order(reversed(states(repo, Git(repo.root))))]
    assert order == ["crossroads", "crossroads-words", "crossroads-north"]


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv builds the wheels, and is not on the path")
def test_a_release_builds_lists_and_tags_what_moved(repo, tmp_path):
    git(repo.root, "tag", "-d", "crossroads-north/0.1.0")
    out = tmp_path / "dist"
    done = run(repo, "release", "--out", str(out), "--tag", "--json")
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)
    assert (row["distribution"], row["version"], row["license"]) == ("crossroads-north", "0.1.0", "Apache-2.0")
    assert row["requires"] == ["crossroads>=0.1", "crossroads-words>=0.1,<0.2"]
    assert [path.name for path in out.iterdir()] == [row["wheel"]]
    page = described(out / row["wheel"])
    assert page.startswith("# crossroads-north\n")
    assert "## Changes\n\n### [0.1.0] - 2026-11-25" in page
    assert not (repo.root / "plugins/providers/north/README.md").exists()
    assert [version for version, _ in Git(repo.root).tags["crossroads-north"]] == ["0.1.0"]
    assert "No version moved" in run(repo, "release").output


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv builds the wheels, and is not on the path")
def test_a_draft_is_released_only_by_its_name(repo, tmp_path):
    (package,) = (folder for folder, (name, _) in PACKAGES.items() if name == "crossroads-north")
    manifest = next((repo.root / package / "src").iterdir()) / "provider.toml"
    manifest.write_text(f'{MANIFEST}level = "draft"\n')
    git(repo.root, "add", "-A")
    git(repo.root, "commit", "-qm", "a draft")
    git(repo.root, "tag", "-d", "crossroads-north/0.1.0")
    left = run(repo, "release", "--out", str(tmp_path / "dist"))
    assert left.exit_code == 0, left.output
    assert "1 drafts are left out" in left.output
    named = run(repo, "release", "north", "--out", str(tmp_path / "dist"), "--json")
    assert [row["distribution"] for row in json.loads(named.stdout)] == ["crossroads-north"]


def test_who_needs_a_draft_is_not_released_without_it(repo, tmp_path):
    north = repo.root / "plugins/providers/north"
    (north / "src/crossroads_north/provider.toml").write_text(f'{MANIFEST}level = "draft"\n')
    needy = repo.root / "plugins/dialects/words/pyproject.toml"
    needy.write_text(needy.read_text().replace('["crossroads>=0.1"]', '["crossroads>=0.1", "crossroads-north"]'))
    git(repo.root, "add", "-A")
    git(repo.root, "commit", "-qm", "a draft that is needed")
    for name in ("crossroads-north", "crossroads-words"):
        git(repo.root, "tag", "-d", f"{name}/0.1.0")
    refused = run(repo, "release", "--out", str(tmp_path / "dist"))
    assert refused.exit_code == 1
    assert "crossroads-words needs crossroads-north, a draft" in refused.output


def test_nothing_here_needs_a_draft():
    packages = Repo(Path(__file__).parents[4]).packages
    drafts = {name for name, folder in packages.items() if State(name, folder, "", None, (), ()).is_draft}
    needed = {one: name for name, folder in packages.items() if name not in drafts for one in dependencies(folder)}
    assert {name: by for name, by in needed.items() if name in drafts} == {}


def test_every_package_here_has_a_page_that_tells_what_it_is():
    packages = Repo(Path(__file__).parents[4]).packages
    for distribution, folder in packages.items():
        page = readme_of(distribution, folder)
        assert page.startswith(f"# {distribution}\n"), distribution
        assert "\n## Changes\n" in page, distribution


def test_a_row_names_entry_points_manifest_and_what_has_no_place(tmp_path):
    wheel = tmp_path / "crossroads_x-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("crossroads_x/provider.toml", "")
        file.writestr("tests/test_x.py", "")
        file.writestr("crossroads_x-1.0.0.dist-info/METADATA", "Name: crossroads-x\nVersion: 1.0.0\n\n")
        file.writestr("crossroads_x-1.0.0.dist-info/entry_points.txt", "[crossroads.providers]\nx = crossroads_x\n")
    row = row_of(wheel)
    assert (row["entry_points"], row["manifest"]) == (["x = crossroads_x"], "crossroads_x/provider.toml")
    assert row["stray"] == ["tests/test_x.py"]
    assert row["bytes"] == wheel.stat().st_size


def test_a_name_that_nobody_has_is_no_package_that_can_be_released(repo):
    with pytest.raises(ConfigError, match="NAMES='crossroads-nort'"):
        states(repo, Git(repo.root), ["nort"])


@pytest.mark.parametrize("text", [None, b"", b"\xff"])
def test_a_provider_without_a_manifest_that_holds_is_not_released(text, repo):
    file = repo.root / "plugins/providers/north/src/crossroads_north/provider.toml"
    file.unlink() if text is None else file.write_bytes(text)
    (state,) = states(repo, Git(repo.root), ["north"])
    assert any("its manifest does not hold" in fault for fault in state.faults)


def test_a_version_that_a_wheel_would_spell_otherwise_is_refused(repo):
    file = repo.root / "core/pyproject.toml"
    file.write_text(file.read_text().replace("0.1.0", "0.01.0"))
    (state,) = states(repo, Git(repo.root), ["crossroads"])
    assert "three numbers" in state.faults[0]
