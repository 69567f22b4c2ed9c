"""The two C programs of the benchmark, compiled into `build/` when their source is newer."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"


def build_native() -> dict[str, Path]:
    """{"upstream": ..., "load": ...}. Raises SystemExit where there is no C compiler."""
    BUILD.mkdir(exist_ok=True)
    programs = {}
    for source in sorted((HERE / "native").glob("*.c")):
        program = programs[source.stem] = BUILD / source.stem
        if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
            continue
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise SystemExit("No C compiler: the load generator can't be built. Run `apt-get install gcc libc6-dev`.")
        subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-o", program, source], check=True)
    return programs
