"""Who may serve this call, and in what order: catalog -> the caller's preferences -> permit -> rank -> Route.

Law: what drops or orders a candidate leaves a Reason. Policies see every alias and fallback resolved (DISP-4) and fail
closed; a strategy that fails is left out, and the route says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.engine.admit import failed_closed
from crossroads.engine.index import STRATEGIES
from crossroads.engine.narrow import narrow
from crossroads.engine.plugins import Hook, is_failure
from crossroads.engine.preferences import Preferences, named, objection, read_preferences, too_slow
from crossroads.engine.variants import Variant, service_tier, split, tier_objection, tier_of
from crossroads.errors import BadRequest, ConfigError, NoEndpoint, PluginError, UnknownModel
from crossroads.route import Candidate, Endpoint, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

REASONS_SHOWN = 5


def plan(call: Call, x: Exchange) -> Route:
    """The route of a call. Raises UnknownModel, NoEndpoint (saying who was dropped and why), Denied, BadRequest."""
    models = call.opened.models or ((x.config.routing.default_model,) if x.config.routing.default_model else ())
    if not models:
        raise BadRequest("is missing.", field="model", remedy="Name a model; GET /models lists them.")
    route = call.route = Route(models[0])
    preferences = read_preferences(call.opened.preferences)
    groups: list[tuple[tuple[Candidate, ...], Variant]] = []
    known, seen = False, set()
    for name in models:
        model, variant = split(name, x.catalog)
        model = x.catalog.resolve(model)
        if model in seen:
            continue
        seen.add(model)
        offered = x.catalog.candidates(model, call.operation)
        known = known or bool(offered)
        groups.append((_permit(call, _prefer(call, offered, preferences, variant, route), x, route), variant))
    if preferences.across_models and groups:
        groups = [(tuple(c for group, _ in groups for c in group), groups[0][1])]
    ordered = [c for group, variant in groups for c in _rank(call, group, preferences, variant, x, route)]
    if not known:
        raise _unknown(call, models, x)
    if not ordered:
        raise NoEndpoint(_nobody(models[0], route), remedy="Relax what excludes them, or enable another provider.")
    if preferences.order is None and preferences.allow_fallbacks is False:
        ordered = ordered[:1]
    route.candidates = tuple(ordered)
    return route


def _prefer(
    call: Call, offered: tuple[Candidate, ...], p: Preferences, variant: Variant, route: Route
) -> tuple[Candidate, ...]:
    """Hard filters: what the caller excludes, and what an endpoint can't do. Then the soft ones."""
    kept = []
    wanted = call.opened.max_output_tokens
    tiered = any(tier_of(c.endpoint) is not None for c in offered)
    tier = service_tier(call.opened.fields.get("service_tier")) if tiered else None
    admits = variant.admits if p.order is None else None
    for candidate in offered:
        endpoint = candidate.endpoint
        why = objection(p, endpoint, call.opened.parameters)
        if why is None and wanted is not None and (endpoint.max_output_tokens or wanted) < wanted:
            why = f"gives at most {endpoint.max_output_tokens} tokens, {wanted} are asked for"
        if why is None and variant.free and (endpoint.prices.input != 0 or endpoint.prices.output != 0):
            why = ":free is asked for, and it is not stated that this one costs nothing"
        if why is None and tiered and not _tag_named(p, endpoint):
            why = tier_objection(endpoint, tier, admits)
        if why is None:
            kept.append(candidate)
        else:
            route.reasons.append(Reason("plan", "preferences", why, endpoint.id, dropped=True))
    return narrow(call, kept, route)


def _tag_named(p: Preferences, endpoint: Endpoint) -> bool:
    """A caller who names the very endpoint wants its tier."""
    return endpoint.tag is not None and endpoint.tag in (*(p.only or ()), *(p.order or ()))


def _permit(call: Call, candidates: tuple[Candidate, ...], x: Exchange, route: Route) -> tuple[Candidate, ...]:
    for policy in x.hooks.permit:
        if not candidates:
            break
        try:
            answer = policy.call(call, candidates)
            denied = {} if answer is None else answer
            if not isinstance(denied, Mapping):
                raise TypeError(f"policy_permit answered a {type(denied).__name__}")
            refused = {c.endpoint.id: str(denied[c.endpoint.id]) for c in candidates if c.endpoint.id in denied}
        except BaseException as error:
            if not is_failure(error):
                raise
            x.plugin_failed(policy.plugin, "policy_permit", error)
            raise failed_closed(policy) from error
        for endpoint, why in refused.items():
            route.reasons.append(Reason("permit", policy.plugin, why, endpoint, dropped=True))
        candidates = tuple(c for c in candidates if c.endpoint.id not in refused)
    return candidates


def _rank(
    call: Call, candidates: tuple[Candidate, ...], p: Preferences, variant: Variant, x: Exchange, route: Route
) -> list[Candidate]:
    """Best first: `order`, the preferred speed, then the strategies' scores, each breaking the ties before it."""
    if len(candidates) < 2:
        return list(candidates)
    columns: list[Sequence[float]] = []
    for strategy in _strategies(p.strategy, variant.sort, x, route):
        try:
            scores = strategy.call(call, candidates)
            if scores is None:
                continue
            columns.append(_checked(scores, len(candidates)))
        except BaseException as error:
            if not is_failure(error):
                raise
            text = f"left out of this call: {x.reporter.describe(error)}"
            route.reasons.append(Reason("rank", strategy.plugin, text))
            x.plugin_failed(strategy.plugin, "strategy_score", error)
            continue
        best = max(range(len(candidates)), key=lambda i: columns[-1][i])
        route.reasons.append(
            Reason(
                "rank", strategy.plugin, f"scores it {columns[-1][best]:.4g}, the best", candidates[best].endpoint.id
            )
        )
    places = [0] * len(candidates)
    if p.order is not None:
        for i, candidate in enumerate(candidates):
            place = named(p.order, candidate.endpoint)
            places[i] = len(p.order) if place is None else place
    slow = [False] * len(candidates)
    if p.preferred_max_latency is not None or p.preferred_min_throughput is not None:
        for i, candidate in enumerate(candidates):
            if (why := too_slow(p, candidate.stats, call.began)) is not None:
                slow[i] = True
                route.reasons.append(Reason("rank", "preferences", f"goes behind: {why}", candidate.endpoint.id))
    order = sorted(range(len(candidates)), key=lambda i: (places[i], slow[i], *(-column[i] for column in columns)))
    return [candidates[i] for i in order]


def _strategies(sort: str | None, suffix: str | None, x: Exchange, route: Route) -> tuple[Hook, ...]:
    """The configured ones, or the one that the caller names, by `sort` or by a suffix, which is only a wish.

    Raises BadRequest: what `sort` names is not installed.
    """
    if sort is None and suffix is not None:
        if any(plugin.name == suffix for plugin in x.index.all(STRATEGIES)):
            sort = suffix
        else:
            route.reasons.append(Reason("rank", f"strategies/{suffix}", "is not installed; the suffix has no effect"))
    try:
        return x.strategies(sort)
    except (PluginError, ConfigError) as error:
        known = [plugin.name for plugin in x.index.all(STRATEGIES)]
        if sort not in known:
            remedy = f"Use one of: {', '.join(known)}."
            raise BadRequest("is not installed here.", field="provider.sort", value=sort, remedy=remedy) from None
        route.reasons.append(Reason("rank", f"strategies/{sort}", f"left out of this call: {error}"))
        x.plugin_failed(f"strategies/{sort}", "load", error)
        return ()


def _checked(scores: Sequence[float], count: int) -> list[float]:
    """nan means no opinion: it stands where the average of the finite ones stands."""
    values = [float(score) for score in scores]
    if len(values) != count:
        raise ValueError(f"{len(values)} scores for {count} candidates")
    heard = [value for value in values if math.isfinite(value)]
    mean = sum(heard) / len(heard) if heard else 0.0
    return [mean if math.isnan(value) else value for value in values]


def _unknown(call: Call, models: Sequence[str], x: Exchange) -> UnknownModel | NoEndpoint:
    import difflib

    name = models[0]
    if any(x.catalog.resolve(model) in x.catalog.models for model in models):
        return NoEndpoint(
            f"No endpoint of {name} serves {call.operation}.", remedy="GET /models shows what each model can do."
        )
    close = difflib.get_close_matches(name, x.catalog.models, n=1)
    hint = f"Did you mean {close[0]}?" if close else "`crossroads models` and GET /models list what is offered."
    return UnknownModel(f"{name[:200]} is not a valid model ID.", remedy=hint)


def _nobody(model: str, route: Route) -> str:
    dropped = [reason for reason in route.reasons if reason.dropped]
    shown = "; ".join(f"{reason.endpoint}: {reason.text}" for reason in dropped[:REASONS_SHOWN])
    more = f"; and {len(dropped) - REASONS_SHOWN} more" if len(dropped) > REASONS_SHOWN else ""
    return f"No endpoint of {model} is left ({shown}{more})."
