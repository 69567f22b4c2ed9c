"""Attempts and failover: one candidate after another, until one has given its first token.

Laws: after the first content byte no other attempt's content is appended (DISP-1), but where the caller has asked for
it (`resume`); where attempts `race`, one of them serves and the others are cancelled.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from crossroads.call import Call, Head
from crossroads.engine.attempts.leg import comes_whole, leg, whole_leg
from crossroads.engine.attempts.race import Race, may_race
from crossroads.engine.attempts.resume import Story, may_resume
from crossroads.engine.attempts.running import Running
from crossroads.engine.attempts.turns import Turns
from crossroads.errors import CrossroadsError
from crossroads.route import Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange


async def answer(call: Call, route: Route, x: Exchange) -> tuple[Head, bytes]:
    """As `attempts`, for a call whose reply comes whole and that does not race: the usual one, without a generator."""
    if call.dialect.makes_jobs:
        x.jobs.make_ready()
    turns = Turns(call, route, x)
    while (candidate := await turns.next()) is not None:
        running = Running(call, route, candidate, x)
        try:
            return await whole_leg(running, x)
        except CrossroadsError as error:
            turns.failed(candidate, error)
    raise turns.last()


def answers_at_once(call: Call, x: Exchange) -> bool:
    """May `answer` do it? Not where it may race, be judged first, or be heard afterwards."""
    return comes_whole(call) and x.guard.hedges is None and not (x.hooks.check or x.hooks.heard)


async def attempts(call: Call, route: Route, x: Exchange) -> AsyncGenerator[Head | bytes, None]:
    """One Head, then body bytes, of the first candidate that delivers. Raises the last error when none does."""
    if call.dialect.makes_jobs:
        x.jobs.make_ready()
    turns = Turns(call, route, x)
    story = Story(call, x) if call.stream and may_resume(call, x.config.routing) else None
    race = Race(call, route, turns, x, story) if x.guard.hedges is not None and may_race(call) else None
    told = False
    try:
        while True:
            if race is not None and not race.run:
                running, parts = await race.winner()
            elif (candidate := await turns.next()) is not None:
                running = Running(call, route, candidate, x)
                parts = leg(running, x, story)
            else:
                raise turns.last()
            try:
                async with aclosing(parts):
                    async for part in parts:
                        if not told or isinstance(part, bytes):  # a story has one Head
                            told = True
                            yield part
                return
            except CrossroadsError as error:
                if running.attempt.first_token_s is None:
                    turns.failed(running.candidate, error)
                elif story is not None and story.goes_on(running, error):
                    turns.broke(running.candidate, error, story.can_tell)
                else:
                    raise
    except CrossroadsError:
        if story is not None:
            story.failed()
        raise
    finally:
        if race is not None:
            await race.aclose()
        if story is not None:
            story.close()
