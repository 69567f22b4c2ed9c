"""Cheap models first; a reply that is not good enough sends the call to the next one.

    [routing]
    strategies = ["cascade", "balanced"]      # balanced shares calls among the endpoints of one model

    [strategies.cascade]
    check = "my_checks:good_enough"           # optional, beside the checks of `crossroads_cascade.checks`

The models are those that the caller names (`models`), in its order; where it sorts them together (`provider.sort =
{by = "cascade", partition = "none"}`), the cheaper model goes first: 3 x input + output price, of the cheapest endpoint
of each, unknown ones last. Among the endpoints of one model it has no opinion: the next strategy decides.

Each try is billed and stands in the route with why it was turned down. The last model's reply is not checked. A stream
is held back until its end while it may still be turned down.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt, Candidate, Prices
from crossroads_cascade.checks import fault, find_check


class Cascade:
    """See the module."""

    class Settings(BaseModel):
        """What turns a reply down."""

        model_config = ConfigDict(extra="forbid", frozen=True)
        finish_reasons: frozenset[str] = Field(
            default=frozenset({"length", "content_filter", "error"}), description="Ends that are not good enough."
        )
        refusals: bool = Field(default=True, description="Is a refusal?")
        empty: bool = Field(default=True, description="Is a reply without text and calls of tools?")
        json_: bool = Field(default=True, alias="json", description="Is one that is not the JSON that was asked for?")
        check: str | None = Field(
            default=None,
            pattern=r"^[\w.]+:[\w.]+$",
            description="A function `check(call, attempt, reply)`, `def` or `async def`: None or True is good enough, "
            "False or a text is not.",
        )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._check: Callable[..., Any] | None = None if settings.check is None else find_check(settings.check)

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float] | None:
        """Minus the price of each one's model; None: they are all of one."""
        cheapest: dict[str, float] = {}
        for candidate in candidates:
            endpoint = candidate.endpoint
            cheapest[endpoint.model] = min(cheapest.get(endpoint.model, math.inf), mixed(endpoint.prices))
        if len(cheapest) < 2:
            return None
        return [-cheapest[candidate.endpoint.model] for candidate in candidates]

    @hookimpl
    async def strategy_check(self, call: Call, attempt: Attempt, reply: dict[str, Any]) -> str | None:
        """The first fault, cheap checks before the operator's own."""
        s = self._settings
        found = fault(call, reply, finish_reasons=s.finish_reasons, refusals=s.refusals, empty=s.empty, as_json=s.json_)
        if found is not None or self._check is None:
            return found
        said = self._check(call=call, attempt=attempt, reply=reply)
        if hasattr(said, "__await__"):
            said = await said
        if said is None or said is True:
            return None
        return str(said) if said else f"{s.check} says no"


def mixed(prices: Prices) -> float:
    """Three parts of input to one of output; inf: not stated."""
    return math.inf if prices.input is None or prices.output is None else float(3 * prices.input + prices.output)
