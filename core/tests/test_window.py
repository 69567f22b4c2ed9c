"""Sliding figures: within 5 % of the exact ones, forgotten after the window, bounded in memory."""

import random

import pytest

from crossroads.engine.health import observe
from crossroads.errors import BadRequest, UpstreamRefused
from crossroads.live import live_figures
from crossroads.route import Attempt, Endpoint, EndpointStats
from crossroads.types.usage import Usage
from crossroads.window import SLOTS, Sketch, Tally

NOW = 100_000.0


def test_percentiles_are_within_five_percent_of_the_exact_ones():
    dice, sketch = random.Random(1), Sketch()
    values = [dice.lognormvariate(0, 1) for _ in range(5_000)]
    for value in values:
        sketch.record(value, NOW)
    values.sort()
    found = sketch.percentiles(NOW)
    for share, p in ((0.5, found.p50), (0.75, found.p75), (0.9, found.p90), (0.99, found.p99)):
        assert p == pytest.approx(values[int(share * 5_000) - 1], rel=0.051)


def test_of_a_speed_the_ninetieth_percentile_is_the_slow_end():
    speed = Sketch(more_is_better=True)
    for value in range(1, 101):
        speed.record(value, NOW)
    found = speed.percentiles(NOW)
    assert found.p50 > found.p90 > found.p99
    assert found.p90 == pytest.approx(11, rel=0.06)


def test_old_values_are_forgotten_and_memory_is_bounded():
    sketch = Sketch()
    for second in range(0, 7_200, 20):
        sketch.record(1e-9 if second % 40 else 1e9, NOW + second)
    assert len(sketch.slots) <= SLOTS
    assert sketch.percentiles(NOW + 7_200 + 60 * SLOTS) is None
    sketch.record(5.0, NOW + 9_000)
    assert sketch.percentiles(NOW + 9_000, minutes=5).p50 == pytest.approx(5, rel=0.05)


def test_a_tally_forgets_too():
    tally = Tally(slot_s=60, slots=30)
    tally.record(False, NOW)
    tally.record(True, NOW + 600)
    assert tally.share(NOW + 600, 1_800) == 0.5
    assert tally.share(NOW + 600, 300) == 1.0
    assert tally.share(NOW + 6_000, 300) is None


def ended(outcome, error=None, usage=None):
    endpoint = Endpoint(id="p/m", provider="p", plugin="p", provider_name="P", model="a/b", upstream="m", serves={})
    attempt = Attempt("att", endpoint, 0.0)
    attempt.outcome, attempt.error, attempt.usage = outcome, error, usage
    attempt.seconds, attempt.first_token_s = 2.0, 0.5
    return attempt


def refused(status):
    return UpstreamRefused("no.", remedy="Wait.", code="x", status=status, elsewhere=True, upstream_status=status)


def test_what_is_observed_is_listed_and_a_callers_own_fault_is_not():
    stats = EndpointStats()
    assert set(live_figures(stats, NOW).values()) == {None}
    observe(stats, ended("ok", usage=Usage(input_tokens=30, cache_read_tokens=10, output_tokens=100)), NOW)
    observe(stats, ended("failed", BadRequest("is wrong.", remedy="Correct it.")), NOW)
    observe(stats, ended("failed", refused(429)), NOW)
    observe(stats, ended("failed", refused(500)), NOW)
    figures = live_figures(stats, NOW)
    assert figures["uptime_last_5m"] == figures["uptime_last_1d"] == pytest.approx(33.333)
    assert figures["latency_last_30m"]["p50"] == pytest.approx(500, rel=0.05)
    assert figures["throughput_last_30m"]["p99"] == pytest.approx(50, rel=0.05)
    assert (stats.rate_limits, stats.failures, stats.cache_hit_rate) == (1, 2, 0.25)
