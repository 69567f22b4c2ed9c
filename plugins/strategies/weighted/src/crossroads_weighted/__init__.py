"""Shares by weights that the operator sets.

    [strategies.weighted]
    weights = { main = 9, spare = 1 }

A key is an endpoint's id, tag, instance or plugin, the closest first; what none names weighs 1; 0 is a fallback only.
Endpoint i is tried first with chance w_i / sum_j w_j, and so on among the rest: sorting by log(u_i) / w_i
(Efraimidis and Spirakis, Information Processing Letters 97, 2006).
"""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate, Endpoint


class Weighted:
    """See the module."""

    class Settings(BaseModel):
        """What weighs how much."""

        model_config = ConfigDict(extra="forbid")
        weights: dict[str, Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]] = {}

    def __init__(self, settings: Settings) -> None:
        self._weights = settings.weights

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """log(u) / weight: in (-inf, 0], -inf where the weight is 0."""
        scores = []
        for candidate in candidates:
            weight = self._weight(candidate.endpoint)
            drawn = math.log(1.0 - call.random.random())
            scores.append(drawn / weight if weight > 0 else -math.inf)
        return scores

    def _weight(self, endpoint: Endpoint) -> float:
        for name in (endpoint.id, endpoint.tag, endpoint.provider, endpoint.plugin):
            if name is not None and name in self._weights:
                return self._weights[name]
        return 1.0
