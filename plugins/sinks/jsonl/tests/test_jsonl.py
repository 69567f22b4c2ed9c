"""Every line is whole, every event stands there once: after crashes, short writes, repeats and rotations."""

import json
import os
import stat

import pytest
from crossroads_jsonl import Jsonl, Settings
from crossroads_jsonl.files import BLOCK_BYTES, LINE_BYTES_MAX
from pydantic import ValidationError

from crossroads.errors import PluginError
from crossroads.events import PluginFailed
from crossroads.testing import sink_conformance

TestJsonl = sink_conformance(Jsonl)


def event(number, text="x"):
    return PluginFailed(id=f"plf-{number:04}", at=float(number), plugin="p", hook="h", error=text)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "folder" / "events.jsonl"


@pytest.fixture
async def sink(path):
    sink = Jsonl(Settings(path=path))
    await sink.start()
    yield sink
    await sink.aclose()


def ids(path):
    return [json.loads(line)["id"] for line in path.read_bytes().splitlines()]


async def test_events_become_lines_of_a_private_file(sink, path):
    sink.sink_emit([event(1), event(2)])
    sink.sink_emit([event(3)])
    assert ids(path) == ["plf-0001", "plf-0002", "plf-0003"]
    assert json.loads(path.read_text().splitlines()[0])["type"] == "plugin_failed"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


async def test_the_default_stands_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path))
    assert Jsonl(Settings()).path == tmp_path / "events.jsonl"


@pytest.mark.parametrize("torn", [0, 1, 20, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES])
@pytest.mark.parametrize("lines", [0, 1, 2])
async def test_a_torn_last_line_is_cut_and_whole_ones_stay(path, torn, lines, caplog):
    path.parent.mkdir(parents=True)
    whole = b'{"type":"plugin_failed","id":"old"}\n' * lines
    path.write_bytes(whole + (b'{"type":"generation","id":"' + b"x" * torn)[:torn])
    sink = Jsonl(Settings(path=path))
    await sink.start()
    assert path.read_bytes() == whole
    assert (f"torn last line of {torn} bytes" in caplog.text) == (torn > 0)
    sink.sink_emit([event(1)])
    await sink.aclose()
    assert ids(path) == ["old"] * lines + ["plf-0001"]


@pytest.mark.parametrize(
    "content", [b"[providers]\nname = 1", b'{"secret": 1}', b"\0" * (LINE_BYTES_MAX + BLOCK_BYTES)]
)
async def test_a_file_that_is_not_ours_is_left_alone(path, content):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(PluginError, match="jsonl"):
        await Jsonl(Settings(path=path)).start()
    assert path.read_bytes() == content


async def test_a_short_write_raises_and_the_same_batch_then_stands_there_once(sink, path, monkeypatch):
    sink.sink_emit([event(1)])
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:30]))
    with pytest.raises(OSError, match="short write"):
        sink.sink_emit([event(2), event(3)])
    monkeypatch.setattr(os, "write", real)
    sink.sink_emit([event(2), event(3)])
    assert ids(path) == ["plf-0001", "plf-0002", "plf-0003"]


async def test_a_failed_fsync_raises_and_the_same_batch_then_stands_there_once(sink, path, monkeypatch):
    def fails(file):
        raise OSError("disk gone")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        with pytest.raises(OSError, match="disk gone"):
            sink.sink_emit([event(1)])
    sink.sink_emit([event(1)])
    assert ids(path) == ["plf-0001"]


async def test_a_batch_that_comes_again_after_its_success_is_dropped(sink, path):
    sink.sink_emit([event(1), event(2)])
    sink.sink_emit([event(1), event(2)])
    assert ids(path) == ["plf-0001", "plf-0002"]


async def test_it_rotates_before_a_file_grows_over_its_bound_and_keeps_so_many(path):
    sink = Jsonl(Settings(path=path, rotate_bytes=1 << 20, keep=2))
    await sink.start()
    for number in range(1, 6):
        sink.sink_emit([event(number, "y" * 700_000)])
    await sink.aclose()
    assert [ids(p) for p in (path, path.with_name("events.jsonl.1"), path.with_name("events.jsonl.2"))] == [
        ["plf-0005"], ["plf-0004"], ["plf-0003"],
    ]  # fmt: skip
    assert sorted(p.name for p in path.parent.iterdir()) == ["events.jsonl", "events.jsonl.1", "events.jsonl.2"]


async def test_a_rotation_that_failed_is_tried_again(path, monkeypatch):
    sink = Jsonl(Settings(path=path, rotate_bytes=1 << 20))
    await sink.start()
    sink.sink_emit([event(1, "y" * 700_000)])
    with monkeypatch.context() as patch:
        patch.setattr("crossroads_jsonl.rotate", lambda *_: (_ for _ in ()).throw(OSError("no rename")))
        with pytest.raises(OSError, match="no rename"):
            sink.sink_emit([event(2, "y" * 700_000)])
    sink.sink_emit([event(2, "y" * 700_000)])
    await sink.aclose()
    assert (ids(path), ids(path.with_name("events.jsonl.1"))) == (["plf-0002"], ["plf-0001"])


async def test_a_second_process_is_told_that_the_file_is_taken(sink, path):
    with pytest.raises(PluginError, match="another process"):
        await Jsonl(Settings(path=path)).start()
    sink.sink_emit([event(1)])
    assert ids(path) == ["plf-0001"]


@pytest.mark.parametrize("settings", [{"file": "x"}, {"rotate_bytes": 10}, {"keep": 0}])
def test_a_mistake_in_the_settings_is_an_error(settings):
    with pytest.raises(ValidationError):
        Settings.model_validate(settings)
