"""The order of candidates: those of the preferred speed first, then as the strategies score them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.engine.accounts import one_each
from crossroads.engine.installed.index import STRATEGIES
from crossroads.engine.installed.plugins import Hook
from crossroads.engine.routing.preferences import Preferences, too_slow
from crossroads.engine.routing.scores import scored, sort
from crossroads.engine.routing.shortlist import SCORED_MAX
from crossroads.errors import BadRequest, ConfigError, PluginError
from crossroads.route import Candidate, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange


def rank(
    call: Call,
    candidates: tuple[Candidate, ...],
    p: Preferences,
    suffix: str | None,
    x: Exchange,
    route: Route,
    *,
    whole: bool,
) -> Sequence[Candidate]:
    """Best first. Of a crowd only its shortlist, unless the whole is asked for. Of keys of one offer, one is ranked."""
    if len(candidates) < 2:
        return candidates
    if candidates[0].endpoint.account is not None:  # a group is of keys, or of none
        keys = one_each(call, candidates, x)
        firsts = tuple(candidate for candidate in candidates if id(candidate) in keys)
        return [key for first in _ranked(call, firsts, p, suffix, x, route, whole=whole) for key in keys[id(first)]]
    return _ranked(call, candidates, p, suffix, x, route, whole=whole)


def _ranked(
    call: Call,
    candidates: tuple[Candidate, ...],
    p: Preferences,
    suffix: str | None,
    x: Exchange,
    route: Route,
    *,
    whole: bool,
) -> Sequence[Candidate]:
    if len(candidates) < 2:
        return candidates
    strategies = x.hooks.score if p.sort is None and suffix is None else _strategies(p.strategy, suffix, x, route)
    if len(candidates) > SCORED_MAX and not whole:
        candidates = x.shortlists.of(call, candidates, strategies, x)
    columns = scored(call, candidates, strategies, x, route)
    if p.preferred_max_latency is not None or p.preferred_min_throughput is not None:
        columns.insert(0, _speeds(call, candidates, p, route))
    return sort(candidates, columns)


def _speeds(call: Call, candidates: tuple[Candidate, ...], p: Preferences, route: Route) -> list[float]:
    """0; -1 for those that miss the preferred speed."""
    column = [0.0] * len(candidates)
    for i, candidate in enumerate(candidates):
        if (why := too_slow(p, candidate.stats, call.began)) is not None:
            column[i] = -1.0
            route.reasons.append(Reason("rank", "preferences", f"goes behind: {why}", candidate.endpoint.id))
    return column


def _strategies(name: str | None, suffix: str | None, x: Exchange, route: Route) -> tuple[Hook, ...]:
    """The configured ones, or the one that the caller names, by `sort` or by a suffix, which is only a wish.

    Raises BadRequest: what `sort` names is not installed.
    """
    if name is None and suffix is not None:
        if x.strategies.installed(suffix):
            name = suffix
        else:
            route.reasons.append(Reason("rank", f"strategies/{suffix}", "is not installed; the suffix has no effect"))
    try:
        return x.strategies.of(name)
    except (PluginError, ConfigError) as error:
        known = [plugin.name for plugin in x.index.all(STRATEGIES)]
        if name not in known:
            remedy = f"Use one of: {', '.join(known)}."
            raise BadRequest("is not installed here.", field="provider.sort", value=name, remedy=remedy) from None
        route.reasons.append(Reason("rank", f"strategies/{name}", f"left out of this call: {error}"))
        x.plugin_failed(f"strategies/{name}", "load", error)
        return ()
