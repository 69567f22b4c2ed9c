"""Build what moved, and list what would be published. Nothing is uploaded here, and no package's code runs.

uv builds in its own process, from a copy in which each package has its README (`readme.py`). The same sources give the
same bytes: a release that failed can be run again.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crossroads.errors import CrossroadsError
from crossroads_fleet.git import Git
from crossroads_fleet.readme import staged
from crossroads_fleet.repo import Repo
from crossroads_fleet.state import State

WHEELS_AT_ONCE_MIN = 20
"""From this number on all of the workspace is built in one go: that is quicker than one by one."""
TOLD_CHARS_MAX = 500


def build(repo: Repo, git: Git, found: list[State], out: Path) -> list[dict[str, Any]]:
    """A row for each wheel, in the order given. Raises CrossroadsError: a build failed, or uv is not there."""
    uv = shutil.which("uv")
    if uv is None:
        raise CrossroadsError("uv is not there, and it builds the wheels.", remedy="Install it: `pip install uv`.")
    out.mkdir(parents=True, exist_ok=True)
    which = [["--all-packages"]] if len(found) >= WHEELS_AT_ONCE_MIN else [["--package", s.distribution] for s in found]
    with TemporaryDirectory() as copied, TemporaryDirectory(dir=out, prefix=".building-") as scratch:
        copy = staged(repo, git, Path(copied))
        for words in which:
            command = [uv, "build", "--wheel", "--quiet", "--out-dir", scratch, *words]
            done = subprocess.run(command, cwd=copy.root, capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode != 0:
                why = " ".join(done.stderr.split())[-TOLD_CHARS_MAX:]
                raise CrossroadsError(f"uv build {' '.join(words)}: {why}", remedy="Correct it, and run it again.")
        return [row_of(_taken(Path(scratch), state, out)) for state in found]


def _taken(scratch: Path, state: State, out: Path) -> Path:
    """Its wheel, moved where it belongs; what was built with it and did not move stays behind."""
    (wheel,) = scratch.glob(f"{state.distribution.replace('-', '_')}-{state.version}-*.whl")
    return Path(shutil.move(wheel, out / wheel.name))


def row_of(wheel: Path) -> dict[str, Any]:
    """What is published: name, version, what it needs, entry points, manifest, size and hash."""
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        info = next(name for name in names if name.endswith(".dist-info/METADATA")).removesuffix("METADATA")
        metadata = HeaderParser().parsestr(file.read(f"{info}METADATA").decode("utf-8"), headersonly=True)
        entries = file.read(f"{info}entry_points.txt").decode("utf-8") if f"{info}entry_points.txt" in names else ""
        stray = sorted(name for name in names if name.startswith("tests/") or name.endswith((".pyc", "overrides.toml")))
    return {
        "distribution": metadata["Name"],
        "version": metadata["Version"],
        "wheel": wheel.name,
        "bytes": wheel.stat().st_size,
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "license": metadata["License-Expression"],
        "requires": metadata.get_all("Requires-Dist") or [],
        "entry_points": [line.strip() for line in entries.splitlines() if "=" in line],
        "manifest": next((name for name in names if name.endswith("provider.toml")), None),
        "stray": stray,
    }
