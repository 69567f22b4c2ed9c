"""What importing a plugin costs and does, seen from an interpreter of its own: `ImportChecks`, part of every suite.

Laws: finding a plugin imports none; importing one is light (itself, the contract, the standard library, and what it
names in `may_import`); importing one opens no connection, starts no process, writes no file
and prints nothing, for stdout is the command's.
"""

from __future__ import annotations

import ast
import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from crossroads.engine.installed.index import Index

LIGHT = frozenset(
    {"crossroads", "jiter", "msgspec", "pluggy", "pydantic", "pydantic_core", "annotated_types", "typing_extensions",
     "typing_inspection"}
)  # fmt: skip
"""All that importing a plugin may load, beside itself and the standard library: what the contract is made of (pydantic
for its settings)."""
OTHERS = "crossroads_"
"""How the packages of other plugins begin: a dialect is built on another one, which holds this rule itself."""
ABSENT = "not installed: "
"""How a skip begins where the environment lacks what a check needs: it was not checked, which is no success."""
NOT_APPLICABLE = "does not apply: "
"""How a skip begins where there is nothing to check."""
TOLD = "crossroads-told"
"""The property of a test under which it tells a figure."""
PROBE = """
import io, json, os, sys, time
import crossroads.hookspecs, crossroads.engine.installed.index, pathlib
crossroads.engine.installed.index.load_index(pathlib.Path({cache!r}), {path!r})
module = {module!r}
early = [name for name in sys.modules if name.split(".")[0] == module]
before, touched = set(sys.modules), []
REFUSED = ("socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec")
def refuse(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if event in REFUSED or writes:
        touched.append("writing a file" if writes else event)
        raise RuntimeError(event)
sys.addaudithook(refuse)
started = time.perf_counter()
failed, stdout = None, sys.stdout
sys.stdout = io.StringIO()
try:
    __import__(module)
except BaseException as error:
    failed = f"{{type(error).__name__}}: {{error}}"
seconds = time.perf_counter() - started
touched += ["printing"] if sys.stdout.getvalue() else []
sys.stdout = stdout
print(json.dumps([early, sorted(set(sys.modules) - before), touched, failed, seconds]))
"""


class Imported(NamedTuple):
    """early: what was loaded of it before anybody asked. loaded: modules that came with it. touched: what it tried."""

    early: list[str]
    loaded: list[str]
    touched: list[str]
    failed: str | None
    seconds: float


@functools.cache
def installed() -> Index:
    """What is installed, read once: with a fleet of packages that takes seconds. Whoever adds one clears the cache."""
    from crossroads.engine.installed.index import load_index

    return load_index(_cache_folder())


@functools.cache
def _cache_folder() -> Path:
    """Of this process and of the interpreters that it starts, so that none of them scans the installation again."""
    if named := os.environ.get("CROSSROADS_CACHE"):
        return Path(named)
    folder = tempfile.mkdtemp(prefix="crossroads-index-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["CROSSROADS_CACHE"] = folder
    return Path(folder)


def is_only_a_docstring(file: Path) -> bool:
    """Has the package no code of its own?"""
    try:
        body = ast.parse(file.read_bytes()).body
    except (SyntaxError, ValueError):  # it can't be run either: importing it says what is wrong
        return False
    return all(isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in body)


def import_alone(module: str) -> Imported:
    """Import it in an interpreter of its own, once for each state of the path. Without code there is nothing to run."""
    spec = PathFinder.find_spec(module)
    if spec is not None and spec.origin and is_only_a_docstring(Path(spec.origin)):
        return Imported([], [module], [], None, 0.0)
    return _import_alone(module, os.environ.get("PYTHONPATH", ""))


@functools.cache
def _import_alone(module: str, path: str) -> Imported:
    installed()  # fills the cache
    command = [sys.executable, "-B", "-c", PROBE.format(module=module, cache=str(_cache_folder()), path=sys.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr[-2_000:]
    return Imported(*json.loads(done.stdout.splitlines()[-1]))


class ImportChecks:
    """Mixed into a suite; `module` is the top-level package of the plugin."""

    may_import: frozenset[str] = frozenset()

    def module(self) -> str:
        raise NotImplementedError

    def test_finding_it_imports_nothing_of_it(self) -> None:
        assert import_alone(self.module()).early == []

    def test_importing_it_is_light(self, record_property: Any) -> None:
        found = import_alone(self.module())
        record_property(TOLD, f"{found.seconds * 1000:.0f} ms, {len(found.loaded)} modules")
        allowed = {self.module(), *LIGHT, *self.may_import, *sys.stdlib_module_names}
        tops = {full.split(".")[0] for full in found.loaded if not full.startswith(("_sysconfigdata", OTHERS))}
        heavy = sorted(tops - allowed)
        assert heavy == [], f"its import loads {', '.join(heavy)}"

    def test_importing_it_only_imports(self) -> None:
        found = import_alone(self.module())
        assert found.touched == [], f"at import it tries {', '.join(found.touched)}"
        assert found.failed is None, f"its import fails: {found.failed}"


def needs_dialect(name: str) -> None:
    """Skip where this environment lacks it."""
    from crossroads.engine.installed.index import DIALECTS

    if name not in {plugin.name for plugin in installed().all(DIALECTS)}:
        pytest.skip(f"{ABSENT}the dialect {name}; `pip install crossroads-{name}`")


def declared(distribution: str) -> str:
    """What a distribution depends on, as one text; empty where nobody knows it."""
    try:
        return " ".join(requires(distribution) or ())
    except PackageNotFoundError:
        return ""


def mixed_with_imports(suite: type, module: str, may_import: Iterable[str], *, light: bool = True) -> type:
    """The suite of a plugin, with the checks of the import of its package.

    light False: it is imported only when somebody runs it (a command, a surface), and may weigh what it needs.
    """
    words: dict[str, Any] = {"module": lambda self: module, "may_import": frozenset(may_import)}
    if not light:
        words["test_importing_it_is_light"] = None
    return type(suite.__name__, (suite, ImportChecks), words)
