"""Documentation that can be wrong is run."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crossroads import hookspecs

ROOT = Path(__file__).parent.parent


def blocks(file: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / file).read_text("utf-8"), re.S)


def test_readme_begins_with_two_commands_of_one_line():
    first, second = blocks("README.md", "sh")[:2]
    assert len(first.strip().splitlines()) == len(second.strip().splitlines()) == 1


@pytest.mark.parametrize("number", range(len(blocks("README.md", "python"))))
def test_the_python_examples_of_the_readme_run(number):
    code = blocks("README.md", "python")[number]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def hooks() -> list[str]:
    return [name for name, value in vars(hookspecs).items() if hasattr(value, "crossroads_spec")]


def test_every_hook_has_a_section_with_its_signature():
    text = (ROOT / "spec" / "entry-points.md").read_text("utf-8")
    assert len(hooks()) >= 9
    for name in hooks():
        arguments = ", ".join(inspect.signature(getattr(hookspecs, name)).parameters)
        assert f"### {name}({arguments})" in text
        assert inspect.getdoc(getattr(hookspecs, name))


def test_every_link_in_the_documents_leads_somewhere():
    for file in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "spec").glob("*.md"),
    ]:
        for target in re.findall(r"\]\(([^)#\s]+)\)", file.read_text("utf-8")):
            if "://" not in target:
                assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_the_list_of_trust_is_valid():
    import tomllib

    from crossroads.config import Config

    trusted = Config.of(tomllib.loads(blocks("docs/how-to/install-plugins.md", "toml")[0])).plugins.trusted
    assert trusted["crossroads-groq"] is True


def test_the_smallest_configuration_of_the_readme_is_valid():
    import tomllib

    from crossroads.config import Config

    assert Config.of(tomllib.loads(blocks("README.md", "toml")[0])).providers[0].name == "local"
