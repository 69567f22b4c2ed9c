"""Start: `import crossroads` beside `import httpx`, and the registry with 400 provider wheels. Fresh processes only.

    uv run --all-packages python tests/performance/startup.py [--quick]

An import costs what a process with it takes over one without it: user + system time of the process, so a busy machine
moves it little. The registry is `load_index`, timed inside the process after its own import; its memory is what RSS
grows by meanwhile. Cold: no cache yet. Warm: the cache is there, as at every start but the first after an install.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from native_build import BUILD, HERE
from wheels import write_wheels

PROVIDERS = 400
READY_MS, READY_MIB, IMPORT_OF_HTTPX = 30.0, 30.0, 1 / 3
PLUGIN_PREFIX = "crossroads_"

IMPORT = """
import json, resource, sys
before = set(sys.modules)
t = resource.getrusage(resource.RUSAGE_SELF)
s = t.ru_utime + t.ru_stime
{statement}
t = resource.getrusage(resource.RUSAGE_SELF)
rss = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
print(json.dumps({{"cpu_ms": (t.ru_utime + t.ru_stime - s) * 1e3, "rss_mib": rss / 2**20,
    "modules": sorted(set(sys.modules) - before)}}))
"""
REGISTRY = """
import json, resource, sys, time
from pathlib import Path
def rss(): return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
start, bare = time.perf_counter(), rss()
from crossroads.engine.installed.index import load_index
imported, with_import = time.perf_counter(), rss()
index = load_index(Path(sys.argv[1]))
ready, with_index = time.perf_counter(), rss()
print(json.dumps({"import_ms": (imported - start) * 1e3, "ready_ms": (ready - imported) * 1e3,
    "ready_mib": with_index - with_import, "import_mib": with_import - bare, "providers": len(index.all()),
    "broken": [p.error for p in index.all() if p.error][:3],
    "plugins_imported": [m for m in sys.modules if m.startswith("crossroads_")]}))
"""


def measure(*, quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    repeats = 5 if quick else 15
    return {"imports": _imports(repeats), "registry": _registry(repeats, say)}


def _imports(repeats: int) -> dict[str, Any]:
    """In alternation; medians."""
    statements = {"nothing": "pass", "httpx": "import httpx", "crossroads": "import crossroads"}
    samples: dict[str, list[dict[str, Any]]] = {name: [] for name in statements}
    for _ in range(repeats):
        for name, statement in statements.items():
            samples[name].append(json.loads(_python(sys.executable, IMPORT.format(statement=statement))))
    found = {name: _medians(rows, ("cpu_ms", "rss_mib")) for name, rows in samples.items()}
    found["modules"] = samples["crossroads"][0]["modules"]
    return found


def _registry(repeats: int, say: Callable[[str], None]) -> dict[str, Any]:
    python = _venv(say)
    cache = BUILD / "registry-cache"
    samples: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": []}
    for number in range(repeats):
        for kind in samples:
            if kind == "cold":
                if number >= 3:  # a scan of 400 manifests takes long, and says the same each time
                    continue
                shutil.rmtree(cache, ignore_errors=True)
            samples[kind].append(json.loads(_python(python, REGISTRY, cache)))
    names = ("import_ms", "import_mib", "ready_ms", "ready_mib")
    found = {kind: _medians(rows, names) for kind, rows in samples.items()}
    last = samples["warm"][-1]
    return {**found, **{name: last[name] for name in ("providers", "broken", "plugins_imported")}}


def _venv(say: Callable[[str], None]) -> Path:
    """A virtual environment with 400 providers and the core, not editable, and nothing else of ours."""
    uv, venv = shutil.which("uv"), BUILD / "venv400"
    if uv is None:
        raise SystemExit("uv is not here, and the 400 wheels are installed with it. See docs.astral.sh/uv.")
    python = venv / "bin" / "python"
    say(f"installing {PROVIDERS} provider wheels")
    quiet = [uv, "--quiet"]
    subprocess.run([*quiet, "venv", "--clear", "--python", sys.executable, venv], check=True)
    wheels = write_wheels(BUILD / "wheels", PROVIDERS)
    install = [*quiet, "pip", "install", "--python", python]
    subprocess.run([*install, "--reinstall-package", "crossroads", HERE.parents[1] / "core"], check=True)
    subprocess.run([*install, "--no-deps", *wheels], check=True)
    return python


def _medians(rows: list[dict[str, Any]], names: tuple[str, ...]) -> dict[str, float]:
    return {name: median(row[name] for row in rows) for name in names}


def _python(python: str | Path, script: str, *arguments: object) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CROSSROADS")}
    if str(python) != sys.executable:
        environ.pop("PYTHONPATH", None)
    command = [str(python), "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environ)
    if done.returncode:
        raise SystemExit(f"a measured process failed:\n{done.stderr[-2000:]}")
    return done.stdout


def markdown(found: dict[str, Any]) -> str:
    imports, registry = found["imports"], found["registry"]
    lines = ["| import | CPU ms | RSS MiB |", "|---|---|---|"]
    for name in ("nothing", "httpx", "crossroads"):
        lines.append(f"| {name} | {imports[name]['cpu_ms']:.1f} | {imports[name]['rss_mib']:.1f} |")
    lines += [
        "",
        "| 400 providers | import ms | import MiB | ready ms | ready MiB |",
        "|---|---|---|---|---|",
    ]
    for kind in ("cold", "warm"):
        row = registry[kind]
        figures = " | ".join(f"{row[name]:.1f}" for name in ("import_ms", "import_mib", "ready_ms", "ready_mib"))
        lines.append(f"| {kind} | {figures} |")
    ratio = imports["crossroads"]["cpu_ms"] / imports["httpx"]["cpu_ms"]
    plugins = [name for name in imports["modules"] if name.startswith(PLUGIN_PREFIX)] + registry["plugins_imported"]
    warm = registry["warm"]
    lines += [
        "",
        f"`import crossroads` loads: {', '.join(imports['modules'])}",
        f"Goal: at most {IMPORT_OF_HTTPX:.2f} of `import httpx`: {ratio:.2f}, {_word(ratio <= IMPORT_OF_HTTPX)}.",
        f"Goal: no plugin imported: {plugins or 'none'}, {_word(not plugins)}.",
        f"Goal: {registry['providers']} providers ready, warm, in under {READY_MS:.0f} ms: {warm['ready_ms']:.1f}, "
        f"{_word(warm['ready_ms'] < READY_MS)}.",
        f"Goal: and in under {READY_MIB:.0f} MiB: {warm['ready_mib']:.1f}, {_word(warm['ready_mib'] < READY_MIB)}.",
    ]
    if registry["broken"]:
        lines.append(f"Broken manifests, so the figures count for nothing: {registry['broken']}")
    return "\n".join(lines)


def _word(holds: bool) -> str:
    return "met" if holds else "NOT met"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="5 repeats instead of 15")
    print(markdown(measure(quick=parser.parse_args().quick, say=lambda text: print(text, file=sys.stderr))))
