"""What the live figures of an endpoint say of it, and when its price holds."""

import pytest

from crossroads.route import FEW, Endpoint, EndpointStats

NOW = 1_000.0


def stats(successes=0.0, failures=0.0, failed_at=None, in_flight=0):
    made = EndpointStats()
    made.successes, made.failures, made.failed_at, made.in_flight = successes, failures, failed_at, in_flight
    return made


def test_an_outage_is_recent_and_no_single_slip():
    assert stats(failures=2, failed_at=NOW - 29).in_outage(NOW)
    assert not stats(failures=2, failed_at=NOW - 30).in_outage(NOW)
    assert not stats(failures=0.5, failed_at=NOW).in_outage(NOW)
    assert not stats(successes=100, failures=5, failed_at=NOW).in_outage(NOW)
    assert stats(successes=100, failures=50, failed_at=NOW).in_outage(NOW)
    assert not stats(failures=9).in_outage(NOW)


def test_a_crowd_is_many_calls_of_which_none_came_back():
    assert stats(in_flight=FEW - 1).crowd == 0
    unknown = stats(in_flight=FEW + 3)
    assert unknown.crowd == FEW + 3
    unknown.first_token.record(0.5, NOW)
    assert unknown.crowd == 0


@pytest.mark.parametrize(
    ("stated", "holds"),
    [
        ({}, True),
        ({"resolution": None}, True),
        ({"resolution": "720P"}, True),
        ({"resolution": "720p", "generate_audio": True}, True),
        ({"resolution": "4k"}, False),
        ({"generate_audio": False}, False),
        ({"resolution": ["720p"]}, False),
    ],
)
def test_a_price_holds_for_what_its_source_says(stated, holds):
    held = {"resolution": ("480p", "720p"), "generate_audio": ("true",)}
    offer = Endpoint(
        id="e", provider="p", plugin="p", provider_name="p", model="a/b", upstream="b", serves={}, price_holds_for=held
    )
    assert offer.price_holds(stated.get) is holds
