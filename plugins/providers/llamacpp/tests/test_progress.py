"""What a person sees: a bar on a terminal, a line elsewhere, nothing on stdout, and never a failure."""

from __future__ import annotations

import io

import pytest
from crossroads_llamacpp.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    with Progress(terminal).download("Downloading", 93_000_000) as shown:
        shown(46_500_000)
        shown(200_000_000)  # more than was expected is the whole
    assert "93.0" in terminal.getvalue()
    assert "200" not in terminal.getvalue()


def test_a_pipe_gets_one_line_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    with progress.download("Downloading", 93_000_000) as shown:
        shown(1)
    with progress.busy("Loading ..."):
        pass
    captured = capsys.readouterr()
    assert captured.err == "Downloading (93 MB) ...\nLoading ...\n"
    assert captured.out == ""


def test_a_stream_that_is_gone_is_no_failure() -> None:
    closed = io.StringIO()
    closed.close()
    with Progress(closed).busy("Loading ..."):
        pass
