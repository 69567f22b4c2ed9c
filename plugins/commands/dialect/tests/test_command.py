"""The command: totals in their form, exit codes, the same totals from any number of processes."""

import json
import time

import pytest
from crossroads_dialect import app, run
from typer.testing import CliRunner

RUNNER = CliRunner()
REPLY = {
    "choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


@pytest.fixture
def folder(tmp_path, record):
    def write(name, *records):
        path = tmp_path / f"{name}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(one) + "\n" for one in records))

    write(
        "openai-chat/northwind", *(record("openai-chat", REPLY, id=f"a{n}", tags=["tools", "cache"]) for n in range(40))
    )
    write("openai-chat/fabrikam", record("openai-chat", {"choices": []}, id="b1", provider="fabrikam"))
    write("other-nobody/fal", record("other-nobody", {}, id="c1", provider="fal"))
    write("not-there/acme", record("not-there", {}, id="d1", provider="acme"))
    return tmp_path


def report(*arguments):
    result = RUNNER.invoke(app, ["check", "--json", *map(str, arguments)])
    return result.exit_code, json.loads(result.stdout)


def test_totals_have_their_form(folder):
    code, told = report(folder, "--jobs", 1)
    assert code == 1
    assert list(told) == [
        "total", "passed", "failed", "skipped", "by_dialect", "by_provider", "by_tag", "failures",
    ]  # fmt: skip
    assert (told["total"], told["passed"], told["failed"], told["skipped"]) == (43, 40, 2, 1)
    assert told["by_dialect"]["openai-chat"] == {"total": 41, "passed": 40, "failed": 1, "skipped": 0}
    assert told["by_provider"]["fal"] == {"total": 1, "passed": 0, "failed": 0, "skipped": 1}
    assert told["by_tag"]["cache"]["passed"] == told["by_tag"]["tools"]["passed"] == 40
    assert told["by_tag"]["(none)"]["total"] == 3
    assert [one["id"] for one in told["failures"]] == ["d1", "b1"]
    assert told["failures"][0] == {"id": "d1", "reason": "dialect not-there is not installed"}


def test_two_processes_tell_the_same(folder):
    assert report(folder, "--jobs", 2) == report(folder, "--jobs", 1)


def test_one_dialect_or_one_file_can_be_chosen(folder):
    code, told = report(folder, "--jobs", 1, "--dialect", "other-nobody")
    assert (code, told["total"]) == (0, 1)
    code, told = report(folder / "openai-chat" / "northwind.jsonl", "--jobs", 1)
    assert (code, told["passed"], told["failures"]) == (0, 40, [])


def test_a_line_that_is_no_record_fails_by_its_place(folder):
    path = folder / "openai-chat" / "northwind.jsonl"
    path.write_text(path.read_text() + '\n{"id": "x"}\nno json\n')
    _, told = report(path, "--jobs", 1)
    assert (told["passed"], [one["id"] for one in told["failures"]]) == (
        40,
        ["northwind.jsonl:42", "northwind.jsonl:43"],
    )


def test_nothing_to_check_is_asked_wrongly(tmp_path):
    assert RUNNER.invoke(app, ["check", str(tmp_path)]).exit_code == 2
    assert RUNNER.invoke(app, ["check", str(tmp_path / "missing")]).exit_code == 2


def test_a_table_is_for_people(folder):
    result = RUNNER.invoke(app, ["check", str(folder), "--jobs", "1"])
    assert result.exit_code == 1
    assert "dialect not-there is not installed" in result.stdout


def test_installed_dialects_are_listed():
    rows = json.loads(RUNNER.invoke(app, ["list", "--json"]).stdout)
    [chat] = [row for row in rows if row["name"] == "openai-chat"]
    assert chat["paths"] == ["/chat/completions"]


@pytest.mark.skipif(not hasattr(run.signal, "setitimer"), reason="no POSIX timers here")
def test_a_codec_that_hangs_fails_its_exchange(folder, monkeypatch):
    monkeypatch.setattr(run, "EXCHANGE_S_MAX", 0.02)
    monkeypatch.setattr(run, "check", lambda *_: time.sleep(5))
    [outcome] = run.check_span(run.Span(folder / "other-nobody" / "fal.jsonl", 0, 1, 0), None, 0)
    assert (outcome.id, outcome.reason) == ("c1", "the codec took more than 0.02 s")
