"""Of two, the idle one; of many, never the busiest."""

from crossroads_least_busy import LeastBusy

from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import assert_shares, candidate, order

TestLeastBusy = strategy_conformance(LeastBusy)


def test_of_two_the_idle_one_comes_first_and_the_busiest_of_many_never_does():
    many = [candidate(str(number)) for number in range(5)]
    for number, made in enumerate(many):
        made.stats.in_flight = number
    assert {order(LeastBusy(), many[:2], seed)[0] for seed in range(50)} == {"0"}
    assert {order(LeastBusy(), many, seed)[0] for seed in range(500)} == {"0", "1", "2", "3"}


def test_shares_are_those_of_the_better_of_two_draws():
    four = [candidate(str(number)) for number in range(4)]
    for number, made in enumerate(four):
        made.stats.in_flight = number
    assert_shares(LeastBusy(), four, {str(number): (3 - number) / 6 for number in range(4)})
