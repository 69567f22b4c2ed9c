"""A stranger's path: the provider of CONTRIBUTING.md, from its blocks alone: built, installed, checked, called."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crossroads.testing import ScriptedProvider

ROOT = Path(__file__).parent.parent
UV = os.environ.get("UV") or shutil.which("uv")
pytestmark = pytest.mark.skipif(UV is None, reason="building a wheel needs uv, which is not on this machine's PATH")
FILE = re.compile(r"`([\w/]+\.(?:toml|py))`: .*?```(?:toml|python)\n(.*?)```", re.S)


def run(*command: str, site: Path, **rest) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site), "CROSSROADS_HOME": str(site.parent / "home")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, **rest)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def northwind(tmp_path_factory) -> tuple[Path, Path]:
    """The package's folder, and a folder in which it is installed from its wheel."""
    base = tmp_path_factory.mktemp("stranger")
    package, site = base / "northwind", base / "site"
    files = FILE.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## The other kinds")[0])
    assert [name for name, _ in files] == [
        "pyproject.toml",
        "src/crossroads_northwind/__init__.py",
        "src/crossroads_northwind/provider.toml",
        "tests/test_northwind.py",
    ]
    for name, text in files:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    run(UV, "build", "--quiet", "--wheel", "--out-dir", str(base), str(package), site=site)
    (wheel,) = base.glob("*.whl")
    run(
        UV,
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--python",
        sys.executable,
        "--target",
        str(site),
        str(wheel),
        site=site,
    )
    return package, site


def test_it_is_found_it_is_well_and_it_would_serve_its_model(northwind):
    _, site = northwind
    crossroads = (sys.executable, "-m", "crossroads")
    found = json.loads(run(*crossroads, "plugins", "doctor", "--json", site=site))
    assert [row["state"] for row in found if row["name"] == "northwind"] == ["ok"]
    route = json.loads(run(*crossroads, "route", "explain", "--model", "acme/small", "--json", site=site))
    assert [candidate["endpoint"] for candidate in route["candidates"]] == ["northwind/small"]


def test_the_conformance_suite_passes(northwind):
    package, site = northwind
    out = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", site=site, cwd=package)
    assert re.search(r"\d+ passed", out)


async def test_its_first_answer_comes_from_a_local_server(northwind, tmp_path):
    _, site = northwind
    async with ScriptedProvider() as server:
        config = tmp_path / "crossroads.toml"
        config.write_text(f'[[providers]]\nname = "northwind"\nplugin = "northwind"\nbase_url = "{server.base_url}"\n')
        command = (
            sys.executable,
            "-m",
            "crossroads",
            "chat",
            "--model",
            "acme/small",
            "--config",
            str(config),
            "Hello!",
        )
        said = await asyncio.to_thread(run, *command, site=site)
    assert said.strip()
