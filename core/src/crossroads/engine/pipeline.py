"""The one way through: every call, streamed or not, in process or over HTTP, goes down this page once.

    call -> identify -> admit -> plan -> attempts -> meter -> settle -> emit       the reply leaves in parts

Nothing below calls back up. Each stage leaves its Reasons in call.route; `crossroads route explain` prints them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, nullcontext
from typing import TYPE_CHECKING

from crossroads.call import Call, Head
from crossroads.engine.admit import admit, identify
from crossroads.engine.attempts.dispatch import answer, answers_at_once, attempts
from crossroads.engine.attempts.escalate import escalated
from crossroads.engine.attempts.heard import heard
from crossroads.engine.estimate import estimated
from crossroads.engine.routing.plan import planned
from crossroads.engine.settle import settle
from crossroads.errors import CrossroadsError, NoEndpoint

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

NOTHING = nullcontext()


async def run(call: Call, x: Exchange) -> AsyncGenerator[Head | bytes, None]:
    """Carry one call to its reply: one Head, then body bytes. Use `aclosing`: closing it cancels the upstream.

    A CrossroadsError never leaves: before the Head it becomes an error reply in the client's dialect, after it
    that dialect's in-stream error. Anything else raised is a bug.
    """
    keys = call.caller.provider_keys
    with x.reporter.knowing(key.reveal() for key in keys.values()) if keys else NOTHING:
        try:
            if not call.identified:
                call.principal = await identify(call, x)
            await admit(call, x)
            try:
                route = await planned(call, x)
            except NoEndpoint:
                if (told := estimated(call)) is None:
                    raise
                for part in told:
                    call.started = True
                    yield part
                return
            if answers_at_once(call, x):
                for part in await answer(call, route, x):
                    call.started = True
                    yield part
                return
            tried = escalated if x.hooks.check else attempts
            reply = tried(call, route, x)
            if x.hooks.heard:
                reply = heard(call, reply, x)
            async with aclosing(reply) as parts:  # failover lives in attempts, not here
                async for part in parts:
                    call.started = True
                    yield part
        except CrossroadsError as error:
            call.error = error
            for part in x.encode_error(call, error):
                yield part
        finally:  # once, whatever happened: reply, error, hang-up, half a stream
            await settle(call, x)
