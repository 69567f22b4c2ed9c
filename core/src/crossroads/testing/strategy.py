"""What every strategy must hold, as a test class.

    TestMine = strategy_conformance(Mine)          a whole test file

Scores have the shape of the candidates and are numbers; a seed reproduces them; nothing that a filter excluded comes
back, and `order` is respected; where no dice are thrown, an endpoint that goes leaves the order of the others.
"""

from __future__ import annotations

import copy
import inspect
import math
import random
from collections.abc import Sequence
from typing import Any

import msgspec

from crossroads.engine.installed.index import STRATEGIES
from crossroads.errors import NoEndpoint
from crossroads.route import Candidate, Endpoint, EndpointStats, Prices, Served
from crossroads.testing.conformance import Checks, Settings, made
from crossroads.testing.imports import needs_dialect
from crossroads.testing.plugins import MODEL, chat, exchange_with, offer, send
from crossroads.testing.upstream import ScriptedProvider

CANDIDATES_MAX = 20
EXTREMES = (None, 0, 1, 150_000_000, 10**15)
"""Prices that a strategy meets: unknown, free, tiny, usual, absurd."""
NOW = 10_000.0
NAMES = ("a", "b", "c", "d", "e")
ASKED = 30
"""Random wishes of callers."""
SEEDS = range(5)


def strategy_conformance(plugin: Any, settings: Settings | None = None) -> type:
    """See the module."""
    return made(_StrategyChecks, plugin, STRATEGIES, settings)


class _StrategyChecks(Checks):
    async def test_scores_have_the_shape_of_the_candidates_and_are_numbers(self) -> None:
        asked = [(_candidates(seed), seed) for seed in range(CANDIDATES_MAX * 3)]
        for (candidates, _), scores in zip(asked, await self._scores(*asked), strict=True):
            assert scores is None or len(scores) == len(candidates)
            assert all(isinstance(float(score), float) for score in scores or ())

    async def test_a_seed_reproduces_the_scores(self) -> None:
        asked = _candidates(CANDIDATES_MAX - 1), 3
        (first,), (again,) = await self._scores(asked), await self._scores(asked)
        assert repr(first) == repr(again)

    async def test_it_leaves_figures_and_order_alone(self) -> None:
        candidates = _candidates(7)
        before = [[copy.copy(getattr(c.stats, slot)) for slot in EndpointStats.__slots__] for c in candidates]
        await self._scores((candidates, 7))
        assert before == [[getattr(c.stats, slot) for slot in EndpointStats.__slots__] for c in candidates]

    async def test_at_work_it_orders_and_drops_nobody(self) -> None:
        needs_dialect("openai-chat")
        async with ScriptedProvider() as one, ScriptedProvider() as two:
            offers = offer("one", one), offer("two", two)
            config = {"strategies": {"mine": self.settings}}
            async with exchange_with(*offers, strategies={"mine": self.plugin}, config=config) as x:
                result = await send(x, chat())
        route = result.call.route
        assert route is not None
        assert sorted(c.endpoint.provider for c in route.candidates) == ["one", "two"]
        assert not [reason.text for reason in route.all_reasons() if "left out" in reason.text]

    async def test_what_is_excluded_stays_out_and_order_comes_first(self) -> None:
        needs_dialect("openai-chat")
        dice = random.Random(0)  # noqa: S311
        offers = [offer(name, "http://127.0.0.1:1/v1") for name in NAMES]
        config = {"strategies": {"mine": self.settings}}
        async with exchange_with(*offers, strategies={"mine": self.plugin}, config=config) as x:
            for number in range(ASKED):
                for stats in x.catalog.stats.values():
                    _past(stats, dice, now=x.clock.monotonic())
                only, ignore, order = (dice.sample(NAMES, dice.randint(least, len(NAMES))) for least in (1, 0, 0))
                wish = {"only": only, "ignore": ignore, "order": order}
                call = x.open_call("openai-chat", msgspec.json.encode(chat(str(number), provider=wish)))
                allowed = set(only) - set(ignore)
                try:
                    found = [c.endpoint.provider for c in (await x.plan(call)).candidates]
                except NoEndpoint:
                    found = []
                assert sorted(found) == sorted(allowed), wish
                first = [name for name in order if name in allowed]
                assert found[: len(first)] == first, wish

    async def test_without_dice_an_endpoint_that_goes_leaves_the_order_of_the_others(self) -> None:
        populations = [_candidates(seed) for seed in range(2, CANDIDATES_MAX)]
        said = await self._scores(*[(candidates, seed) for candidates in populations for seed in SEEDS])
        for of_one in (list(map(repr, said[at : at + len(SEEDS)])) for at in range(0, len(said), len(SEEDS))):
            if max(map(of_one.count, of_one)) <= len(SEEDS) // 2:
                return  # it throws dice
        for whole in populations:
            without = [whole[:gone] + whole[gone + 1 :] for gone in range(len(whole))]
            scores = await self._scores(*((candidates, None) for candidates in (whole, *without)))
            order = ordered(whole, scores[0])
            for gone, candidates, found in zip(whole, without, scores[1:], strict=True):
                left = [id for id in order if id != gone.endpoint.id]
                assert ordered(candidates, found) == left, f"{gone.endpoint.id} went"

    async def _scores(self, *asked: tuple[tuple[Candidate, ...], int | None]) -> list[Any]:
        """For each (candidates, seed), of a new instance. None: dice that always show the middle."""
        needs_dialect("openai-chat")
        scores = []
        async with exchange_with() as x:
            call = x.open_call("openai-chat", msgspec.json.encode(chat()))
            call.began = NOW
            for candidates, seed in asked:
                hook = self.make().strategy_score
                call.random = _Middle() if seed is None else random.Random(seed)  # noqa: S311
                given = {"call": call, "candidates": candidates}
                scores.append(hook(**{name: given[name] for name in inspect.signature(hook).parameters}))
        return scores


class _Middle(random.Random):
    def random(self) -> float:
        return 0.5


def ordered(candidates: Sequence[Candidate], scores: Sequence[float] | None) -> list[str]:
    """Ids, best first, as the engine reads scores: nan stands at the mean, a tie in the order that was given."""
    if scores is None:
        return [candidate.endpoint.id for candidate in candidates]
    finite = [score for score in scores if math.isfinite(score)]
    mean = sum(finite) / len(finite) if finite else 0.0
    values = [mean if math.isnan(score) else score for score in scores]
    return [candidates[i].endpoint.id for i in sorted(range(len(values)), key=lambda i: -values[i])]


def _candidates(seed: int) -> tuple[Candidate, ...]:
    """1 to CANDIDATES_MAX endpoints with all kinds of prices and pasts."""
    dice = random.Random(seed)  # noqa: S311
    made = []
    for number in range(seed % CANDIDATES_MAX + 1):
        name = f"p{number}"
        prices = Prices(input=dice.choice(EXTREMES), output=dice.choice(EXTREMES), request=dice.choice(EXTREMES))
        endpoint = Endpoint(
            id=f"{name}/m", provider=name, plugin=name, provider_name=name, model=MODEL, upstream="m",
            serves={"chat": Served("openai-chat", "http://x")}, prices=prices,
        )  # fmt: skip
        stats = EndpointStats()
        _past(stats, dice, now=NOW)
        made.append(Candidate(endpoint, stats))
    return tuple(made)


def _past(stats: EndpointStats, dice: random.Random, *, now: float) -> None:
    """Anything that may have happened to an endpoint, or nothing."""
    if dice.random() < 0.3:
        return
    stats.successes, stats.failures = dice.choice((0.0, 1e-9, 3.0, 1e9)), dice.choice((0.0, 2.0, 1e9))
    stats.updated_at = dice.choice((0.0, now - 1, now))
    stats.failed_at = dice.choice((None, now - 20, now))
    stats.first_token_s, stats.tokens_per_s = dice.choice((None, 0.0, 0.3)), dice.choice((None, 0.0, 80.0))
    stats.in_flight = dice.choice((0, 5, 5_000))
    for value in dice.sample((0.1, 0.5, 3.0, 90.0), dice.randint(0, 3)):
        stats.first_token.record(value, now)
        stats.speed.record(value, now)
