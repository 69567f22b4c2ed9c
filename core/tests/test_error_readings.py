"""Error answers that mean another status than they have: data of a manifest."""

import pytest

from crossroads.errors import ConfigError
from crossroads.manifest import ErrorReading, meant_status, parse_manifest
from crossroads.testing import Answer, ScriptedProvider, chat, exchange_with, offer, refusal, send

WORDS = {"errors": [{"status": 400, "contains": "tool_use_failed", "read_as": 502}]}


def test_the_first_that_holds_counts_and_without_one_the_status_stands():
    errors = (
        ErrorReading(status=400, contains="quota", read_as=429),
        ErrorReading(status=400, contains="key", read_as=401),
        ErrorReading(status=418, read_as=503),
    )
    assert meant_status(errors, 400, b"the key has no quota") == 429
    assert meant_status(errors, 400, b"wrong key") == 401
    assert meant_status(errors, 400, b"else") == 400
    assert meant_status(errors, 418, b"") == 503


async def test_what_is_no_fault_of_the_caller_goes_to_the_next_provider_and_the_record_keeps_the_status_as_answered():
    async with ScriptedProvider() as one, ScriptedProvider() as two:
        one.script(refusal(400, "tool_use_failed: the model called no tool"))
        two.script(Answer())
        async with exchange_with(offer("one", one, manifest=WORDS), offer("two", two)) as x:
            result = await send(x, chat())
    assert (result.status, result.text) == (200, "Hello there.")
    assert [attempt.upstream_status for attempt in result.call.route.attempts] == [400, 200]


async def test_another_answer_of_that_status_is_still_the_callers_fault():
    async with ScriptedProvider() as one, ScriptedProvider() as two:
        one.script(refusal(400, "messages is missing"))
        async with exchange_with(offer("one", one, manifest=WORDS), offer("two", two)) as x:
            result = await send(x, chat())
    assert result.status == 400
    assert len(result.call.route.attempts) == 1


def test_a_success_can_not_be_read_as_an_error():
    words = {"schema": 1, "name": "x", "missing": ["auth"], "errors": [{"status": 200, "read_as": 500}]}
    with pytest.raises(ConfigError, match=r"errors\[0\]\.status"):
        parse_manifest(words, file="x")
