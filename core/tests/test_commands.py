"""Whatever a command is given, it ends with a line that says what to do, never with a traceback."""

import json
import os
import subprocess
import sys

import pytest


def run(*words, shell="", **environ):
    """The command in a process of its own, with what the shell does to its streams."""
    line = ["bash", "-c", f'"$@" {shell}', "bash", sys.executable, "-m", "crossroads", *words]
    done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, **environ}, stdin=subprocess.DEVNULL)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    assert "Exception ignored" not in done.stderr
    return done


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b'{"a":', b"[1, 2]", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_named(content, tmp_path):
    if content is not None:
        (tmp_path / "body.json").write_bytes(content)
    done = run("route", "explain", "--model", "a/b", "--body", str(tmp_path / "body.json"))
    assert done.returncode == 2
    assert done.stderr.startswith("crossroads: body=")


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x1b[0m"])
def test_a_key_is_made_for_a_name_that_can_be_written(name):
    done = run("keys", "create", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "name=" in done.stderr


@pytest.mark.parametrize("shell", [">&-", "2>&-", "<&-"])
def test_a_closed_stream_leads_nowhere(shell):
    assert run("plugins", "list", shell=shell).returncode == 0


@pytest.mark.parametrize("words", [["--help"], ["version"], ["version", "--json"], ["plugins", "list"]])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_what_nobody_could_take_is_told(words):
    done = run(*words, shell="> /dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith("crossroads: stdout: No space left")


def test_json_is_json_in_any_locale():
    done = run("keys", "create", "Zoë", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["name"] == "Zoë"


def test_a_prompt_that_is_no_text_is_refused_before_it_is_sent():
    done = run("chat", os.fsdecode(b"\xff"), "--model", "a/b")
    assert done.returncode == 2
    assert "UTF-8" in done.stderr
