"""The suites of dialects, strategies, policies and sinks: they pass what is good and fail each kind of bad."""

import inspect
import math
import random

import pytest
from crossroads_openai_chat import OpenAIChat
from crossroads_openai_completions import OpenAICompletions
from crossroads_openai_embeddings import OpenAIEmbeddings

from crossroads.call import Deny
from crossroads.errors import PluginError
from crossroads.hookspecs import hookimpl
from crossroads.testing import dialect_conformance, policy_conformance, sink_conformance, strategy_conformance

TestChat = dialect_conformance(OpenAIChat)
TestCompletions = dialect_conformance(OpenAICompletions)
TestEmbeddings = dialect_conformance(OpenAIEmbeddings)


class Good:
    @hookimpl
    def strategy_score(self, call, candidates):
        return [call.random.random() for _ in candidates]

    @hookimpl
    def policy_permit(self, candidates):
        return {}

    @hookimpl
    async def sink_emit(self, events):
        return None


TestStrategy = strategy_conformance(Good)
TestPolicy = policy_conformance(Good, denies=False)
TestSink = sink_conformance(Good)


class TooMany:
    @hookimpl
    def strategy_score(self, candidates):
        return [1.0] * (len(candidates) + 1)


class OwnDice:
    @hookimpl
    def strategy_score(self, candidates):
        return [random.random() for _ in candidates]


class Meddles:
    @hookimpl
    def strategy_score(self, candidates):
        for candidate in candidates:
            candidate.stats.in_flight = 0
        return None


class Divides:
    @hookimpl
    def strategy_score(self, candidates):
        return [1 / (c.endpoint.prices.input or 0) for c in candidates]


class Waits:
    @hookimpl
    async def strategy_score(self, candidates):
        return None


class LooksAtTheOthers:
    @hookimpl
    def strategy_score(self, candidates):
        prices = [c.endpoint.prices.input for c in candidates]
        return [math.nan if price is None else -price for price in prices]


class DeniesAfterAll:
    @hookimpl
    def policy_admit(self):
        return Deny(reason="no")


class Fails:
    @hookimpl
    def policy_permit(self):
        raise RuntimeError("no")

    @hookimpl
    def sink_emit(self, events):
        raise RuntimeError("no")


class Cracks(OpenAIChat):
    def decode_error(self, status, headers, body):
        return super().decode_error(status, headers, body[:1] and body + body[0:200].decode().encode())


SHAPE = "test_scores_have_the_shape_of_the_candidates_and_are_numbers"
BAD = [
    (strategy_conformance(TooMany), SHAPE),
    (strategy_conformance(Divides), SHAPE),
    (strategy_conformance(Waits), SHAPE),
    (strategy_conformance(OwnDice), "test_a_seed_reproduces_the_scores"),
    (strategy_conformance(Meddles), "test_it_leaves_figures_and_order_alone"),
    (
        strategy_conformance(LooksAtTheOthers),
        "test_without_dice_an_endpoint_that_goes_leaves_the_order_of_the_others",
    ),
    (strategy_conformance(TooMany), "test_at_work_it_orders_and_drops_nobody"),
    (policy_conformance(DeniesAfterAll, denies=False), "test_at_work_it_lets_through_or_denies_as_it_should"),
    (policy_conformance(Good, denies=True), "test_at_work_it_lets_through_or_denies_as_it_should"),
    (policy_conformance(Fails, denies=True), "test_at_work_it_lets_through_or_denies_as_it_should"),
    (sink_conformance(Fails), "test_it_takes_batches_of_one_and_of_a_thousand_and_again"),
]


@pytest.mark.parametrize(("suite", "check"), BAD, ids=[f"{suite.__name__}-{check}" for suite, check in BAD])
async def test_each_kind_of_bad_plugin_fails_the_check_for_it(suite, check):
    method = getattr(suite(), check)
    given = {"stream": False} if "stream" in inspect.signature(method).parameters else {}
    with pytest.raises((AssertionError, PluginError, RuntimeError, ZeroDivisionError, TypeError)):
        await method(**given)


def test_a_dialect_that_cracks_at_an_error_body_is_found():
    suite = dialect_conformance(Cracks)
    with pytest.raises(UnicodeDecodeError):
        suite().test_any_error_body_is_read_and_none_raises(Cracks())
