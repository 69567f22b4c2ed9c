"""`crossroads health` asks a running gateway who is not well, and why."""

import json

import pytest
from typer.testing import CliRunner

from crossroads.cli import app
from crossroads.testing import refusal

run = CliRunner().invoke


def told(gateway, *more):
    return run(app, ["health", "--url", f"http://127.0.0.1:{gateway.port}", *more])


def test_nothing_is_told_of_endpoints_that_are_well(gateway):
    gateway.ask()
    result = told(gateway)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Every endpoint is well." in result.stderr


def test_who_asked_to_be_left_alone_is_told_with_the_time_left(gateway):
    gateway.upstream.script(refusal(429, retry_after="30"))
    assert gateway.ask().status_code == 429
    (row,) = json.loads(told(gateway, "--json").stdout)
    assert (row["endpoint"], row["state"]) == ("acme/small", "closed")
    assert 20 < row["rate_limited_s"] <= 30
    assert "acme/small" in told(gateway).stdout


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense"])
def test_a_gateway_that_does_not_answer_is_one_line_and_exit_1(url):
    result = run(app, ["health", "--url", url])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
