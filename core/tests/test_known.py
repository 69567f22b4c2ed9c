"""Who is known, how a word finds them, and what installing by a name would run."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from crossroads.engine.installed import installer
from crossroads.engine.installed.installer import install_command, installed, uninstall_command, wanted
from crossroads.errors import ConfigError
from crossroads.known import Known, all_known, known_provider, search, write_known
from crossroads.manifest import parse_manifest

ROWS = [
    Known(
        "providers",
        "northwind",
        "crossroads-northwind",
        "Northwind",
        True,
        "live",
        "listed",
        ("chat",),
        ("openai-chat",),
    ),
    Known("providers", "northwind-eu", "crossroads-northwind-eu", "Northwind Europe", operations=("speech",)),
    Known("providers", "wind", "crossroads-wind", "Contoso"),
    Known("providers", "contoso", "crossroads-contoso", "Contoso AI", dialects=("contoso-chat",)),
]


def found(word):
    return [row.name for row in search(word, ROWS)]


def test_a_word_finds_names_then_beginnings_then_parts_then_what_is_spoken():
    assert found("Northwind") == ["northwind", "northwind-eu"]
    assert found("wind") == ["wind", "northwind", "northwind-eu"]
    assert found("speech") == ["northwind-eu"]
    assert found("contoso") == ["contoso", "wind"]
    assert found("openai") == ["northwind"]


def test_a_mistyped_word_finds_what_reads_alike_and_nonsense_nothing():
    assert found("nrthwind")[0] == "northwind"
    assert found("zzzz") == []


def test_the_index_is_written_once_a_line_and_again_changes_nothing(tmp_path):
    file = tmp_path / "known.json"
    assert write_known(reversed(ROWS), file)
    assert not write_known(ROWS, file)
    assert len(file.read_text().splitlines()) == len(ROWS) + 2
    assert [row[1] for row in json.loads(file.read_text())] == sorted(row.name for row in ROWS)


def test_a_provider_row_says_what_its_manifest_says():
    words = {
        "schema": 1, "name": "acme", "display_name": "Acme", "base_url": "https://acme.example/v1",
        "auth": {"scheme": "bearer", "env": ["K"]}, "links": {"homepage": "https://acme.example"},
        "operations": {"chat": {"dialect": "openai-chat", "url": "{base_url}/chat/completions"}},
    }  # fmt: skip
    row = known_provider(parse_manifest(words, file="x"), "crossroads-acme")
    assert (row.title, row.callable, row.operations, row.dialects) == ("Acme", True, ("chat",), ("openai-chat",))
    assert row.homepage == "https://acme.example"


def test_the_shipped_index_holds_every_package_of_this_repository():
    known = {(row.kind, row.name): row.distribution for row in all_known()}
    for project in (Path(__file__).parents[2] / "plugins").glob("*/*/pyproject.toml"):
        words = tomllib.loads(project.read_text())["project"]
        for group, entries in words.get("entry-points", {}).items():  # a library has none
            kind = group.removeprefix("crossroads.")
            if kind not in ("api", "pytest11"):
                found = {name: known.get((kind, name)) for name in entries}
                assert found == dict.fromkeys(entries, words["name"]), "run `crossroads fleet docs`"


@pytest.fixture
def world(monkeypatch, tmp_path):
    monkeypatch.setattr(installer, "all_known", lambda: tuple(ROWS))
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path))


def test_a_name_becomes_its_distribution_and_an_unknown_one_is_not_guessed(world):
    assert wanted("northwind") == wanted("crossroads-northwind") == "crossroads-northwind"
    with pytest.raises(ConfigError, match="Did you mean northwind or northwind-eu"):
        wanted("nortwind")
    for name in ("crossroads-evil", "requests", "--index-url=http://evil", "no-such.whl", "northwind[x]"):
        with pytest.raises(ConfigError, match="no package"):
            wanted(name)


def test_a_wheel_file_is_installed_as_it_is(world, tmp_path):
    wheel = tmp_path / "crossroads_x-1.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    assert wanted(str(wheel)) == str(wheel)


def test_only_what_is_a_plugin_can_be_uninstalled(world):
    assert installed("openai-chat") == "crossroads-openai-chat"
    assert installed("crossroads-openai-chat") == "crossroads-openai-chat"
    for name in ("pytest", "crossroads"):
        with pytest.raises(ConfigError, match="is not installed"):
            installed(name)


def test_the_environments_own_pip_comes_first_and_uv_where_there_is_none(monkeypatch):
    there = lambda name: object() if name == "pip" else None  # noqa: E731
    monkeypatch.setattr("importlib.util.find_spec", there)
    assert install_command(["x"]) == [sys.executable, "-m", "pip", "install", "--only-binary", ":all:", "x"]
    assert uninstall_command(["x"]) == [sys.executable, "-m", "pip", "uninstall", "--yes", "x"]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("UV", "/opt/uv")
    assert install_command(["x"])[:5] == ["/opt/uv", "pip", "install", "--python", sys.executable]
    assert "--yes" not in uninstall_command(["x"])
    monkeypatch.delenv("UV")
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ConfigError, match="pip or uv"):
        install_command(["x"])


NO_PIP = """
import importlib.util as util
real = util.find_spec
util.find_spec = lambda name, *rest: None if name == "pip" else real(name, *rest)
"""


def crossroads(*arguments, **environment):
    command = [sys.executable, "-m", "crossroads", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, **environment}
    )


def test_the_command_is_shown_first_and_runs_only_when_it_may(tmp_path):
    ran = tmp_path / "ran"
    fake = tmp_path / "uv"
    fake.write_text(f"#!/bin/sh\necho $@ >> {ran}\n")
    fake.chmod(0o755)
    hidden = tmp_path / "hide"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(NO_PIP)
    world = {"UV": str(fake), "PYTHONPATH": str(hidden)}
    dry = crossroads("install", "openai-chat", "--dry-run", "--json", **world)
    assert json.loads(dry.stdout)["distributions"] == ["crossroads-openai-chat"]
    assert json.loads(dry.stdout)["done"] is False
    asked = crossroads("install", "openai-chat", **world)
    assert asked.returncode == 1
    assert "Will run" in dry.stderr
    assert "Will run" in asked.stderr
    assert not ran.exists()
    done = crossroads("install", "openai-chat", "--yes", "--json", **world)
    assert json.loads(done.stdout)["done"] is True
    assert "pip install --python" in ran.read_text()
    fake.write_text("#!/bin/sh\nexit 3\n")
    failed = crossroads("uninstall", "openai-chat", "--yes", "--json", **world)
    assert (failed.returncode, json.loads(failed.stdout)["exit_code"]) == (1, 3)


def test_search_lists_what_a_provider_is_and_whether_it_is_here():
    rows = json.loads(crossroads("providers", "search", "openai-chat", "--json").stdout)
    assert {"id", "name", "version", "distribution", "callable", "level", "operations", "dialect", "installed"} <= set(
        rows[0]
    )
    assert json.loads(crossroads("providers", "search", "zzzzzz", "--json").stdout) == []


def test_what_is_installed_and_not_trusted_is_told_with_the_line_that_allows_it(tmp_path):
    fake = tmp_path / "uv"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    config = tmp_path / "crossroads.toml"
    config.write_text("[plugins.trusted]\ncrossroads-gateway = true\n")
    done = crossroads(
        "install", "openai-chat", "--yes", UV=str(fake), CROSSROADS_CONFIG=str(config), CROSSROADS_HOME=str(tmp_path)
    )
    assert 'crossroads-openai-chat = "sha256:' in done.stderr
