"""What the submission of a job is charged for: what the host says, else what was asked for and sent as it was."""

from types import SimpleNamespace

import pytest

from crossroads.call import Lost
from crossroads.engine.jobs import issued_seconds
from crossroads.types.usage import Usage


def call(*lost: Lost, **fields):
    return SimpleNamespace(lost=list(lost), stated=fields.get)


@pytest.mark.parametrize("fields", [{"duration": 8}, {"seconds": 8}, {"duration": 8, "seconds": "4"}])
def test_seconds_that_were_asked_for_are_charged_where_the_host_says_none(fields):
    assert issued_seconds(call(**fields), None) == Usage(seconds=8)
    assert issued_seconds(call(**fields), 5) == Usage(seconds=5)


@pytest.mark.parametrize("how", ["dropped", "clamped", "emulated"])
def test_what_was_not_sent_as_it_was_asked_for_is_no_length(how):
    lost = Lost("duration", how, "the model makes 5 seconds")
    assert issued_seconds(call(lost, duration=8), None) is None
    assert issued_seconds(call(lost, duration=8), 5) == Usage(seconds=5)
    assert issued_seconds(call(Lost("seed", how, "none"), duration=8), None) == Usage(seconds=8)


def test_a_job_of_unknown_length_has_no_charge():
    assert all(issued_seconds(call(duration=said), None) is None for said in (-5, True, "8"))
    assert issued_seconds(call(duration=8), -1) is None
    assert issued_seconds(call(prompt="x"), None) is None
