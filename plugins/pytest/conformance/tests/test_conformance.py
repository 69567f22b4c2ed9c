"""The pytest plugin: silent without its option, clear about a wrong folder, one line a rule and red where one fails."""

import subprocess
import sys

PROJECT = """
[project]
name = "crossroads-mine"
version = "1.0"
description = "x"
license = "MIT"
requires-python = ">=3.11"
dependencies = ["crossroads>=0.1,<1"]

[project.entry-points."crossroads.policies"]
mine = "crossroads_mine:Mine"
"""


def pytest_in(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_without_the_option_nothing_of_crossroads_is_imported(tmp_path):
    code = "import sys\ndef test_it():\n    assert not {n for n in sys.modules if n.split('.')[0] == 'crossroads'}\n"
    (tmp_path / "test_it.py").write_text(code)
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout


def test_a_folder_that_is_no_package_is_a_wrong_use(tmp_path):
    done = pytest_in(tmp_path, "--conformance", "nowhere")
    assert done.returncode == 4
    assert "Name the folder of a package" in done.stderr


def test_own_tests_and_the_suites_run_together_and_a_broken_rule_fails_the_run(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "src" / "crossroads_mine").mkdir(parents=True)
    (tmp_path / "src" / "crossroads_mine" / "__init__.py").write_text("class Mine: pass\n")
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    done = pytest_in(tmp_path, "test_own.py", "--conformance", ".", "-rA")
    assert done.returncode == 1
    assert "PASSED test_own.py::test_own" in done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ok  ", "failed  "))]
    assert any(line.startswith("failed") and "contract.hooks" in line and " -> " in line for line in lines)
    assert any(line.startswith("failed") and "package.files" in line for line in lines)
    assert any(line.startswith("ok") and "import.light" in line for line in lines)
