"""What strategies say of candidates, and the order that follows: each breaks the ties of those before it.

Law: a strategy that fails is left out, and the route says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.engine.installed.plugins import Hook, is_failure
from crossroads.route import Candidate, Ranking, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange


def sort(candidates: Sequence[Candidate], columns: Sequence[Sequence[float]]) -> list[Candidate]:
    """By the first column, high to low, ties by the next; what ties everywhere keeps its order."""
    if len(columns) == 1:
        key = columns[0].__getitem__
        return [candidates[i] for i in sorted(range(len(candidates)), key=key, reverse=True)]
    if not columns:
        return list(candidates)
    rows = list(zip(*columns, strict=True))
    return [candidates[i] for i in sorted(range(len(candidates)), key=rows.__getitem__, reverse=True)]


def scored(
    call: Call, candidates: tuple[Candidate, ...], strategies: tuple[Hook, ...], x: Exchange, route: Route
) -> list[Sequence[float]]:
    """One column for each strategy that has an opinion."""
    columns: list[Sequence[float]] = []
    for strategy in strategies:
        try:
            scores = strategy.call(call, candidates)
            if scores is None:
                continue
            column = _checked(scores, len(candidates))
        except BaseException as error:
            if not is_failure(error):
                raise
            text = f"left out of this call: {x.reporter.describe(error)}"
            route.reasons.append(Reason("rank", strategy.plugin, text))
            x.plugin_failed(strategy.plugin, "strategy_score", error)
            continue
        columns.append(column)
        route.rankings.append(Ranking(strategy.plugin, candidates, column))
    return columns


def _checked(scores: Sequence[float], count: int) -> Sequence[float]:
    """nan means no opinion: it stands where the average of the finite ones stands."""
    if len(scores) != count:
        raise ValueError(f"{len(scores)} scores for {count} candidates")
    values = [float(score) for score in scores]
    if all(map(math.isfinite, values)):
        return values
    heard = [value for value in values if math.isfinite(value)]
    mean = sum(heard) / len(heard) if heard else 0.0
    return [mean if math.isnan(value) else value for value in values]
