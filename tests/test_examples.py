"""A stranger's path: wheels in an environment of their own, far from this repository; the documents' commands as they
stand; the sample packages of docs/examples built, installed, checked and called."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from functools import partial
from importlib.metadata import distributions
from pathlib import Path

import pytest

from crossroads.testing import ScriptedProvider

ROOT = Path(__file__).parent.parent
EXAMPLES = ("near-me", "northwind", "office-hours", "statsd")
OURS = ("core", "plugins/dialects/openai-chat", "plugins/pytest/conformance")
UV = os.environ.get("UV") or shutil.which("uv")
WAIT_S = 300
pytestmark = pytest.mark.skipif(UV is None, reason="building a wheel needs uv, which is not on this machine's PATH")


class Stranger:
    """An environment with the core's wheel in it, and a folder to work in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.venv = folder, folder / "venv"
        self.bin = self.venv / ("Scripts" if os.name == "nt" else "bin")

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CROSSROADS_", "PYTEST_", "PYTHONPATH"))}
        path = f"{self.bin}{os.pathsep}{kept.get('PATH', '')}"
        return {**kept, "PATH": path, "VIRTUAL_ENV": str(self.venv), "CROSSROADS_HOME": str(self.folder / "home")}

    def run(self, *command: str, code: int = 0) -> str:
        """What it said on stdout. `pip install` is uv's, which is the one that this environment has."""
        if command[:2] == ("pip", "install"):
            command = (str(UV), "pip", "install", "--quiet", "--python", str(self.bin / "python"), *command[2:])
        program = shutil.which(command[0], path=self.environment()["PATH"]) or command[0]
        where = {"env": self.environment(), "cwd": self.folder}
        done = subprocess.run([program, *command[1:]], **where, capture_output=True, text=True, timeout=WAIT_S)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def stranger(tmp_path_factory) -> Stranger:
    """Everything is built once; third-party packages are those that run these tests."""
    stranger = Stranger(tmp_path_factory.mktemp("stranger"))
    stranger.run(str(UV), "venv", "--quiet", "--python", sys.executable, str(stranger.venv))
    for source in (*(ROOT / ours for ours in OURS), *(ROOT / "docs" / "examples" / name for name in EXAMPLES)):
        stranger.run(str(UV), "build", "--quiet", "--wheel", "--out-dir", "wheels", str(source))
    known = stranger.folder / "constraints.txt"
    third = {d.name: d.version for d in distributions() if not d.name.startswith("crossroads")}
    known.write_text("".join(f"{name}=={version}\n" for name, version in third.items()))
    wheels = [str(wheel) for wheel in sorted((stranger.folder / "wheels").glob("*.whl"))]
    core = next(wheel for wheel in wheels if Path(wheel).name.startswith("crossroads-"))
    rest = [wheel for wheel in wheels if wheel != core]
    stranger.run("pip", "install", "--constraint", str(known), f"{core}[testing]", *rest)
    return stranger


def blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_plugin_is_written_as_the_document_says(stranger):
    """In a folder of its own, where the sample of the same name gives way to the new one."""
    port = str(free_port())
    new, check, tests, install, serve, call = (block.replace("9100", port).strip() for block in blocks("sh"))
    manifest = blocks("toml")[0].replace("9100", port)
    stranger.run(*new.split())
    (stranger.folder / "crossroads-northwind/src/crossroads_northwind/provider.toml").write_text(manifest)
    lines = stranger.run(*check.split()).splitlines()
    assert len(lines) > 15
    stranger.run(*tests.split())
    for line in install.splitlines():
        stranger.run(*line.split())
    command = [str(stranger.bin / "python"), *serve.split()[1:]]
    server = subprocess.Popen(command, env=stranger.environment(), stderr=subprocess.PIPE, text=True)
    try:
        assert "serves on" in server.stderr.readline()
        explain, chat = call.splitlines()
        assert "northwind/small" in stranger.run(*explain.split())
        said = stranger.run(*re.findall(r'"[^"]*"|\S+', chat.replace('"Hello!"', "Hello!")))
        assert said.strip() == "Hello there."
    finally:
        server.kill()
        server.communicate()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_sample_passes_the_check(name, stranger):
    rows = json.loads(stranger.run("crossroads", "plugin", "check", str(ROOT / "docs" / "examples" / name), "--json"))
    states = {row["rule"]: row["state"] for row in rows}
    assert len(states) > 12
    assert {rule for rule, state in states.items() if state != "ok"} <= {"manifest.sources"}, rows


def test_the_samples_own_tests_pass_and_the_pytest_plugin_tells_the_rules(stranger):
    folder = ROOT / "docs" / "examples" / "office-hours"
    said = stranger.run("pytest", "-q", "-p", "no:cacheprovider", str(folder / "tests"), "--conformance", str(folder))
    assert re.search(r"\d+ passed", said)
    assert re.search(r"^ok +policy\.at-work +office-hours", said, re.M)


CONFIG = """
[[providers]]
name = "northwind"
plugin = "northwind"
base_url = "BASE_URL"

[routing]
strategies = ["near-me"]

[strategies.near-me]
regions = ["eu"]

[policies.office-hours]
opens = 0
closes = CLOSES

[sinks.statsd]
port = PORT
"""


async def test_the_samples_are_called_as_a_user_would(stranger):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as metrics:
        metrics.bind(("127.0.0.1", 0))
        metrics.settimeout(10)
        async with ScriptedProvider() as upstream:
            port = str(metrics.getsockname()[1])
            config = CONFIG.replace("BASE_URL", upstream.base_url).replace("PORT", port).replace("CLOSES", "24")
            (stranger.folder / "crossroads.toml").write_text(config)
            ask = ("crossroads", "chat", "--model", "acme/small", "Hello!")
            said = await asyncio.to_thread(stranger.run, *ask)
            assert said.strip() == "Hello there."
            assert b"crossroads.calls.ok:1|c" in await asyncio.to_thread(metrics.recv, 65_535)
            doctor = json.loads(await asyncio.to_thread(stranger.run, "crossroads", "plugins", "doctor", "--json"))
            assert {row["state"] for row in doctor if row["name"] in EXAMPLES} == {"ok"}
            hashes = {row["distribution"]: row["hash"] for row in doctor}
            trusted = "".join(f'{name} = "{hash_}"\n' for name, hash_ in hashes.items() if "statsd" not in name)
            (stranger.folder / "crossroads.toml").write_text(f"{config}\n[plugins.trusted]\n{trusted}")
            await asyncio.to_thread(partial(stranger.run, *ask, code=2))
            assert len(upstream.requests) == 1
    (stranger.folder / "crossroads.toml").unlink()


def test_a_wheel_is_installed_by_the_command_and_a_plugin_uninstalled(stranger):
    def names() -> set[str]:
        return {row["name"] for row in json.loads(stranger.run("crossroads", "plugins", "list", "--json"))}

    (wheel,) = (stranger.folder / "wheels").glob("crossroads_near_me-*.whl")
    assert "near-me" in names()
    told = json.loads(stranger.run("crossroads", "uninstall", "near-me", "--yes", "--json"))
    assert (told["distributions"], told["done"]) == (["crossroads-near-me"], True)
    assert "near-me" not in names()
    stranger.run("crossroads", "install", "no-such-name", "--yes", code=2)
    told = json.loads(stranger.run("crossroads", "install", str(wheel), "--yes", "--json"))
    assert told["command"][-1] == str(wheel)
    assert "near-me" in names()
    (before,) = json.loads(stranger.run("crossroads", "plugins", "hash", str(wheel), "--json"))
    doctor = json.loads(stranger.run("crossroads", "plugins", "doctor", "--json"))
    assert {row["hash"] for row in doctor if row["distribution"] == before["distribution"]} == {before["hash"]}
