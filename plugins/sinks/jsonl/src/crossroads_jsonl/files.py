"""What a file of lines needs: private, locked, without a torn end, and rotated."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

BLOCK_BYTES = 64 << 10
LINE_BYTES_MAX = 16 << 20
"""No event is as long: a file whose end holds no line break in so many bytes is not ours, and is not cut."""


def open_private(path: Path) -> int:
    """Open for appending: file 0600, missing folders 0700 (what is there already keeps its mode)."""
    for folder in reversed([folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)


def lock(file: int) -> None:
    """Raises OSError: another process has it. It ends with the descriptor."""
    try:
        import fcntl
    except ImportError:  # Windows refuses to rename or delete an open file, but not to append to it
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OSError("another process writes to it") from None


def cut_torn_line(file: int, *, begins: bytes) -> int:
    """Cut what follows the last line break, reading backwards; how many bytes that was.

    Raises ValueError: it is not the start of a line of ours, or there is no line break in LINE_BYTES_MAX bytes.
    """
    size = os.fstat(file).st_size
    at = size
    while at > 0:
        begin = max(0, at - BLOCK_BYTES)
        os.lseek(file, begin, os.SEEK_SET)
        found = os.read(file, at - begin).rfind(b"\n")
        if found >= 0:
            at = begin + found + 1
            break
        at = begin
        if size - at > LINE_BYTES_MAX:
            raise ValueError("it does not end in lines")
    if at < size:
        os.lseek(file, at, os.SEEK_SET)
        if not begins.startswith(os.read(file, min(len(begins), size - at))):
            raise ValueError("it ends in something that is no event")
        os.ftruncate(file, at)
        os.fsync(file)
    return size - at


def rotate(path: Path, keep: int) -> None:
    """path -> path.1 -> path.2 ...; the oldest goes."""
    for number in range(keep, 0, -1):
        older = Path(f"{path}.{number}")
        newer = path if number == 1 else Path(f"{path}.{number - 1}")
        with contextlib.suppress(FileNotFoundError):
            newer.replace(older)


def sync_folder(folder: Path) -> None:
    """Make renames last. Where a folder can't be opened (Windows), they last as the system sees fit."""
    try:
        file = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(file)
    finally:
        os.close(file)
