"""The check fails what is bad, by the rule for it, says what it could not look at, and takes no word on trust."""

import inspect
import json
import os
import re
import subprocess
import sys

import pytest

from crossroads.errors import ConfigError
from crossroads.kit.check import check_package
from crossroads.kit.files import file_results
from crossroads.kit.rules import all_rules
from crossroads.kit.source import as_installed, read_package
from crossroads.kit.templates import write_package
from crossroads.testing import conformance, dialect, imports, provider, provider_first, provider_wire, strategy

GOOD = """
from crossroads.hookspecs import hookimpl


class It:
    @hookimpl
    def policy_admit(self, call):
        return None
"""
FAULTS = {
    "heavy": ("import rich\n" + GOOD, "import.light"),
    "network": (
        "import socket\ntry: socket.create_connection(('127.0.0.1', 1))\nexcept BaseException: pass\n" + GOOD,
        "import.silent",
    ),
    "talkative": ("print('hello')\n" + GOOD, "import.silent"),
    "misspelt": ("def (:\n" + GOOD, "import.silent"),
    "arguments": (GOOD.replace("(self, call)", "(self, cal)"), "contract.hooks"),
    "hookless": ("class It: pass\n", "contract.hooks"),
    "exits": ("raise SystemExit(3)\n", "contract.hooks"),
    "chatty": (
        GOOD.replace("return None", "__import__('logging').getLogger('x').debug('of %s', call.caller.token)"),
        "secrets",
    ),
    "denies": (
        "from crossroads.call import Deny\n" + GOOD.replace("return None", "return Deny(reason='no')"),
        "policy.at-work",
    ),
}


def package_of(folder, codes, *, pyproject=""):
    """A distribution with one policy for each code, each in a module of its own."""
    lines = [f'{name} = "faulty_{name}:It"' for name in codes]
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "crossroads-faulty"\nversion = "1.0"\ndescription = "x"\nlicense = "MIT"\n'
        'requires-python = ">=3.11"\ndependencies = ["crossroads>=0.1,<1"]\n'
        '[project.entry-points."crossroads.policies"]\n' + "\n".join(lines) + "\n" + pyproject
    )
    for name, code in codes.items():
        (folder / "src" / f"faulty_{name}").mkdir(parents=True)
        (folder / "src" / f"faulty_{name}" / "__init__.py").write_text(code)
    (folder / "CHANGELOG.md").write_text("x")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_it.py").write_text("")
    return folder


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    folder = package_of(tmp_path_factory.mktemp("faulty"), {"good": GOOD, **{n: c for n, (c, _) in FAULTS.items()}})
    return check_package(folder)


def failed(results, plugin):
    return {result.rule.id: result for result in results if result.plugin == plugin and result.state == "failed"}


def test_what_is_good_passes_beside_what_is_bad(faulty):
    mine = [result for result in faulty if result.plugin in ("good", "crossroads-faulty")]
    assert len(mine) > 10
    assert {result.state for result in mine} == {"ok"}
    (light,) = [result for result in mine if result.rule.id == "import.light"]
    assert re.fullmatch(r"\d+ ms, \d+ modules", light.detail)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_fails_the_rule_for_it_and_says_what_to_do(fault, faulty):
    found = failed(faulty, fault)
    assert FAULTS[fault][1] in found
    row = found[FAULTS[fault][1]].row()
    assert row["detail"]
    assert row["remedy"]
    assert "canary" not in (row["detail"] or "")[:30]


def checks_of_suites():
    suites = (
        strategy._StrategyChecks, conformance._PolicyChecks, conformance._SinkChecks, dialect.DialectChecks,
        imports.ImportChecks, provider.PackageChecks, provider_wire.WireChecks,
        provider_first.FirstCallChecks,
    )  # fmt: skip
    found = {name for suite in suites for name, _ in inspect.getmembers(suite) if name.startswith("test_")}
    return found | {"test_a_recorded_exchange_is_understood"}


def test_every_check_of_every_suite_belongs_to_exactly_one_rule():
    named = [test for rule in all_rules().values() for test in rule.tests]
    assert len(named) == len(set(named))
    assert set(named) == checks_of_suites()


def faults_of(folder):
    return {result.rule.id: result.detail for result in file_results(read_package(folder)) if result.state == "failed"}


def test_what_the_files_lack_is_named(tmp_path):
    package_of(tmp_path, {"it": GOOD}, pyproject='[project.entry-points."crossroads.api"]\n99 = "faulty_it"\n')
    (tmp_path / "CHANGELOG.md").unlink()
    (tmp_path / "src" / "evil.pth").write_text("import os")
    text = (tmp_path / "pyproject.toml").read_text()
    text = text.replace('license = "MIT"\n', "").replace("crossroads>=0.1,<1", "crossroads-openai-chat")
    (tmp_path / "pyproject.toml").write_text(text.replace("it = ", "Not_A_Slug = "))
    found = faults_of(tmp_path)
    assert set(found) == set(list(all_rules())[:5])
    assert "`license`" in found["package.metadata"]
    assert "does not depend on `crossroads`" in found["package.metadata"]
    assert "CHANGELOG.md" in found["package.files"]
    assert "Not_A_Slug" in found["package.entry-points"]
    assert "evil.pth" in found["package.quiet-install"]
    assert "hook API 99" in found["contract.api"]


def test_no_package_and_no_plugin_are_told_apart_from_a_failed_rule(tmp_path):
    with pytest.raises(ConfigError, match="can't be read"):
        check_package(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    with pytest.raises(ConfigError, match="declares no plugin"):
        check_package(tmp_path)


PROJECT = '[project]\nname = "x"\nversion = "1"\n[project.entry-points."crossroads.policies"]\nit = "x"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("project = [1]", "project: expected `object`"),
        (PROJECT.replace('it = "x"', "it = 3"), "project.entry-points"),
        (PROJECT.replace("policies", "policy"), "project.entry-points.crossroads.policy: is not a known key"),
        (PROJECT.replace('"1"', '"/../../x"'), "project.version"),
        (PROJECT.replace('"x"\nv', '"../x"\nv'), "project.name"),
        (PROJECT.replace("version", 'license-files = [""]\nversion'), "project.license-files"),
        (PROJECT.replace("version", "dependencies = [3]\nversion"), "project.dependencies"),
        (PROJECT + "[tool.crossroads]\ncheck = 3\n", "tool.crossroads.check: expected"),
        (PROJECT + "[tool.crossroads.check.its]\ndenies = true\n", "tool.crossroads.check.its: is not a known key"),
        (PROJECT + "[tool.crossroads.check.it]\nexmpt = {}\n", "tool.crossroads.check.it.exmpt: is not a known key"),
        (PROJECT + "[tool.crossroads.check.it]\nexempt = 3\n", "tool.crossroads.check.it.exempt: expected"),
        (PROJECT + '[tool.crossroads.check.it.exempt]\n"wire.tool" = "x"\n', "exempt.wire.tool: is not a known key"),
    ],
)
def test_a_wrong_word_of_pyproject_is_named_with_its_file(text, said, tmp_path):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        check_package(tmp_path)
    assert said in str(caught.value)
    assert str(tmp_path / "pyproject.toml") in str(caught.value)


def test_a_broken_manifest_fails_its_own_rule_and_what_needs_it_is_not_checked(tmp_path):
    write_package("provider", "northwind", tmp_path / "it")
    manifest = tmp_path / "it" / "src" / "crossroads_northwind" / "provider.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("schema = 1", "schema = 1\nbase_ulr = 3", 1), "utf-8")
    results = check_package(tmp_path / "it")
    assert [result.rule.id for result in results if result.state == "failed"] == ["manifest.valid"]
    rows = [result.row() for result in results if result.state == "not checked"]
    assert {row["remedy"] for row in rows} == {"Correct the manifest, and check again."}


def test_a_package_that_hangs_is_ended_and_has_failed(tmp_path):
    package_of(tmp_path, {"it": "import time\ntime.sleep(60)\n"})
    (result,) = [r for r in check_package(tmp_path, check_s=1.0) if r.state == "failed"]
    assert (result.rule.id, result.detail) == ("contract.hooks", "it was not done after 1 s")


def test_without_the_suites_needs_it_is_not_checked_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("crossroads.kit.check.NEEDED", ("no_such_module",))
    results = check_package(package_of(tmp_path, {"it": GOOD}))
    assert [r.state for r in results].count("not checked") == 1
    (row,) = [r.row() for r in results if r.state == "not checked"]
    assert "crossroads[testing]" in row["detail"]
    assert row["remedy"] == "Install it, and check again."
    (tmp_path / "src" / "faulty_it" / "provider.toml").write_text("schema = 1\n")
    assert "manifest.valid" in {r.rule.id for r in check_package(tmp_path) if r.state == "failed"}


def test_a_package_is_found_from_its_source_and_gone_afterwards(tmp_path):
    package = read_package(package_of(tmp_path, {"it": GOOD}))
    probe = "from crossroads.config import cache_folder; from crossroads.engine.installed.index import load_index; "
    probe += "print([p.name for p in load_index(cache_folder()).all() "
    probe += "if p.distribution == 'crossroads-faulty'])"
    run = lambda: subprocess.check_output([sys.executable, "-c", probe], text=True).strip()  # noqa: E731
    before = list(sys.path), os.environ.get("PYTHONPATH")
    with as_installed(package):
        assert run() == "['it']"
    assert run() == "[]"
    assert (list(sys.path), os.environ.get("PYTHONPATH")) == before


def test_the_command_prints_a_row_for_each_rule_and_ends_with_1_where_one_fails(tmp_path):
    package_of(tmp_path, {"hookless": FAULTS["hookless"][0]})
    command = [sys.executable, "-m", "crossroads", "plugin", "check", str(tmp_path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    rows = json.loads(done.stdout)
    assert {"rule", "plugin", "state", "says", "detail", "remedy"} <= set(rows[0])
    assert "failed" in done.stderr
