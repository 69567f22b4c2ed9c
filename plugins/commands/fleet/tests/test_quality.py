"""Levels come from evidence, fall with it, and can't be claimed."""

import datetime
import json

import pytest
from crossroads_fleet.quality import CHECKERS, Evidence, level_of, scale, stale_facts

DAY = datetime.date(2026, 11, 25)
SOURCE = {"url": "https://north.example", "read": "2026-11-24"}
NORTH = {
    "schema": 1,
    "name": "north",
    "base_url": "https://api.north.example/v1",
    "links": {"homepage": "https://north.example", "status_page": "https://status.north.example"},
    "operations": {"chat": {"dialect": "openai-chat", "url": "{base_url}/chat/completions", "source": SOURCE}},
    "auth": {"scheme": "bearer", "env": ["K"], "source": SOURCE},
    "sources": {"base_url": SOURCE},
}


@pytest.fixture
def package(tmp_path):
    (tmp_path / "tests" / "recordings").mkdir(parents=True)
    return tmp_path


def level(package, document=NORTH, day=DAY):
    return level_of(Evidence(document, package, day))


def record(package, name, *, status=200, stream=False, body="x"):
    text = json.dumps({"operation": "chat", "stream": stream, "response": {"status": status, "body": body}})
    (package / "tests" / "recordings" / f"{name}.json").write_text(text)


def record_all(package):
    record(package, "reply")
    record(package, "stream", stream=True, body='data: {"tool_calls": []}')
    record(package, "refused", status=401)


def test_each_rule_of_the_scale_has_its_checker_and_a_level():
    levels = {one["id"] for one in scale()["levels"]}
    assert {rule["id"] for rule in scale()["rules"]} == set(CHECKERS)
    assert {rule["level"] for rule in scale()["rules"]} <= levels


def test_sourced_facts_are_listed_and_an_unsourced_one_is_a_draft(package):
    assert level(package) == ("listed", ["wire.replies", "wire.tools", "wire.errors"])
    assert level(package, NORTH | {"sources": {}}) == ("draft", ["facts.sourced"])
    assert level(package, NORTH | {"headquarters": "US"})[1] == ["facts.sourced"]


def test_recordings_of_reply_stream_tools_and_refusal_make_it_recorded_and_one_missing_does_not(package):
    record_all(package)
    assert level(package) == ("recorded", ["live.called"])
    (package / "tests" / "recordings" / "refused.json").unlink()
    assert level(package) == ("listed", ["wire.errors"])
    (package / "quality.toml").write_text('[exempt]\n"wire.errors" = "no public recording shows one"\n')
    assert level(package)[0] == "recorded"


def test_an_operation_without_a_recording_keeps_it_listed(package):
    record_all(package)
    more = NORTH["operations"] | {"embeddings": {"dialect": "openai-embeddings", "url": "u", "source": SOURCE}}
    assert level(package, NORTH | {"operations": more}) == ("listed", ["wire.replies"])


def test_a_live_call_counts_for_thirty_days(package):
    record_all(package)
    report = {"day": "2026-11-01", "passed": ["reply", "stream", "usage", "models"]}
    (package / "tests" / "live.json").write_text(json.dumps(report))
    assert level(package) == ("live", ["kept.maintainer", "kept.policy"])
    assert level(package, day=DAY + datetime.timedelta(days=30))[0] == "recorded"


def test_facts_that_were_read_long_ago_are_named(package):
    assert stale_facts(Evidence(NORTH, package, DAY)) == []
    later = DAY + datetime.timedelta(days=200)
    assert stale_facts(Evidence(NORTH, package, later)) == ["operations.chat.source", "auth.source", "sources.base_url"]
