"""Near me: endpoints in the named regions first, in their order.

    [strategies.near-me]
    regions = ["eu", "us"]

A strategy scores and never refuses: an endpoint elsewhere, or whose region nobody states, is ranked by the next one.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate


class Settings(BaseModel):
    """`[strategies.near-me]`. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regions: tuple[str, ...] = Field(min_length=1, description="Regions in the providers' words, nearest first.")


class NearMe:
    """See the module."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        count = len(settings.regions)
        self._scores = {region: float(count - place) for place, region in enumerate(settings.regions)}

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """The region's place, counted from the end of the list; 0 for all others."""
        return [self._scores.get(candidate.endpoint.region or "", 0.0) for candidate in candidates]
