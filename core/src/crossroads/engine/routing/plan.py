"""Who may serve this call, and in what order: selection -> room for the prompt -> permit -> rank -> Route.

Law: what drops or orders a candidate leaves a Reason. Policies see every alias and fallback resolved (DISP-4) and fail
closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.engine.accounts import usable, without_others
from crossroads.engine.admit import failed_closed
from crossroads.engine.installed.plugins import is_failure
from crossroads.engine.routing.narrow import least_tokens, roomy
from crossroads.engine.routing.rank import rank
from crossroads.engine.routing.selection import Selection
from crossroads.engine.routing.strategies import NotStarted
from crossroads.errors import NoEndpoint, UnknownModel
from crossroads.route import Candidate, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

REASONS_SHOWN = 5

Groups = Sequence[tuple[tuple[Candidate, ...], str | None]]
"""Candidates, and the strategy that a suffix wishes for them."""


async def planned(call: Call, x: Exchange, *, whole: bool = False) -> Route:
    """`plan`; a strategy that a caller is the first to name is started before."""
    while True:
        try:
            return plan(call, x, whole=whole)
        except NotStarted as asked:
            await x.strategies.begin(asked.name)


def plan(call: Call, x: Exchange, *, whole: bool = False) -> Route:
    """The route of a call. whole: rank everybody, however many they are (`engine.routing.shortlist`).

    Raises UnknownModel, NoEndpoint (saying who was dropped and why), Denied, BadRequest, NotStarted.
    """
    selection = x.selections.of(call, x)
    if selection.sorts:
        x.strategies.ready(selection.sorts)
    preferences = selection.preferences
    route = call.route = Route(selection.model)
    route.left_out = selection.left_out if not x.catalog.keyed else without_others(call, selection.left_out, x)
    route.chosen = preferences.order is not None or preferences.sort is not None
    groups: Groups = selection.groups
    if x.catalog.keyed:
        groups = _only(groups, usable(call, [c for group, _ in groups for c in group], x, route))
    groups = _with_room(call, selection, groups, route)
    if call.caller.provider_keys and call.dialect.makes_jobs:
        text = "no brought key begins a job: it would be asked for without it"
        route.reasons.append(Reason("plan", "keys", text))
    elif call.caller.provider_keys:
        groups = x.request_keys.groups(call, groups, x)
    if x.hooks.permit:
        groups = _permitted(call, groups, x, route)
    ordered: list[Candidate] = []
    for candidates, sort in groups:
        ordered += rank(call, candidates, preferences, sort, x, route, whole=whole)
    if not ordered:
        if not selection.known:
            raise _unknown(call, selection, x)
        raise NoEndpoint(_nobody(route), remedy="Relax what excludes them, or enable another provider.")
    if preferences.order is None and preferences.allow_fallbacks is False:
        ordered = ordered[:1]
    route.candidates = tuple(ordered)
    return route


def _with_room(call: Call, selection: Selection, groups: Groups, route: Route) -> Groups:
    """Without those whose context is surely too short for this prompt."""
    smallest = selection.smallest_context
    if smallest is None or (tokens := least_tokens(call, over=smallest)) <= smallest:
        return groups
    everybody = [candidate for candidates, _ in groups for candidate in candidates]
    kept = {id(candidate) for candidate in roomy(everybody, tokens, route.reasons)}
    return _only(groups, kept)


def _permitted(call: Call, groups: Groups, x: Exchange, route: Route) -> Groups:
    """Without those that a policy refuses; each policy is asked once, about all that are left."""
    candidates = tuple(candidate for group, _ in groups for candidate in group)
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
        if refused:
            candidates = tuple(c for c in candidates if c.endpoint.id not in refused)
    return _only(groups, {id(candidate) for candidate in candidates})


def _only(groups: Groups, kept: set[int]) -> Groups:
    """kept: identities, for one endpoint is one Candidate as long as the catalog lives."""
    return [(tuple(c for c in candidates if id(c) in kept), sort) for candidates, sort in groups]


def _unknown(call: Call, selection: Selection, x: Exchange) -> UnknownModel | NoEndpoint:
    import difflib

    name = selection.model
    if any(x.catalog.resolve(model) in x.catalog.models for model in call.opened.models or (name,)):
        return NoEndpoint(
            f"No endpoint of {name} serves {call.operation}.", remedy="GET /models shows what each model can do."
        )
    close = difflib.get_close_matches(name, x.catalog.models, n=1)
    hint = f"Did you mean {close[0]}?" if close else "`crossroads models` and GET /models list what is offered."
    return UnknownModel(f"{name[:200]} is not a valid model ID.", remedy=hint)


def _nobody(route: Route) -> str:
    dropped = [reason for reason in route.all_reasons() if reason.dropped]
    shown = "; ".join(f"{reason.endpoint}: {reason.text}" for reason in dropped[:REASONS_SHOWN])
    more = f"; and {len(dropped) - REASONS_SHOWN} more" if len(dropped) > REASONS_SHOWN else ""
    return f"No endpoint of {route.model} is left ({shown}{more})."
