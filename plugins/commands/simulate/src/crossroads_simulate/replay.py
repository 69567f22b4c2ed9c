"""What would these calls have cost? A scenario from an event log and the endpoints of a configuration.

Each endpoint answers as the log says that it did: median and spread of its first tokens, its speed, its share of
failures; spells in which nearly all its attempts failed are outages. One that the log does not know answers like the
median of the others. Prices are the configuration's: those of today, for the calls of then.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from crossroads import Config, Exchange, load_config
from crossroads.errors import ConfigError
from crossroads.events import AttemptRecord, Generation
from crossroads.money import NANO
from crossroads.route import Endpoint
from crossroads_simulate.arrival import Arrival
from crossroads_simulate.figures import Taken, summary
from crossroads_simulate.log import arrivals_from, read_generations, served_by
from crossroads_simulate.scenario import EndpointModel, Outage, Scenario

SPELL_S = 60.0
SPELL_CALLS, SPELL_FAILED = 5, 0.8
"""Attempts in a spell, and the share of them that must have failed, for an outage."""
SPREAD_MIN = 0.01
LOGGED = "(as logged)"
KINDS = {"rate_limit_exceeded": "limit", "provider_unavailable": "refuse"}
"""Code of an error -> kind of an outage; all others are `error`."""


class Replay(NamedTuple):
    """logged: the figures of what really happened. left_out: models that nobody offers now, and how often."""

    scenario: Scenario
    arrivals: list[Arrival]
    logged: tuple[dict[str, Any], list[Taken]]
    left_out: dict[str, int]


def replay_of(log: Path, config_file: Path | None) -> Replay:
    """Raises ConfigError: the log can't be read, or none of its models is offered."""
    config = load_config(config_file)
    generations = read_generations(log)
    catalog = Exchange(config).catalog
    offered = [endpoint for endpoint in catalog.endpoints if "chat" in endpoint.serves]
    models = {endpoint.model for endpoint in offered}
    arrivals = [
        msgspec.structs.replace(arrival, model=catalog.resolve(arrival.model)) for arrival in arrivals_from(generations)
    ]
    kept = [place for place, arrival in enumerate(arrivals) if arrival.model in models]
    if not kept:
        raise ConfigError(
            "none of its calls is of a model that is offered.", file=str(log), remedy="Give the --config that it is of."
        )
    used = {arrivals[place].model for place in kept}
    start = min(generation.received_at for generation in generations)
    endpoints = endpoints_of([endpoint for endpoint in offered if endpoint.model in used], generations, start)
    scenario = Scenario(
        endpoints=tuple(endpoints), routing=_routing(config), settings=dict(config.strategies), policies=config.policies
    )
    was = [_as_logged(generations[place], arrivals[place]) for place in kept]
    calls = Counter(a.provider for place in kept for a in generations[place].attempts)
    missed = Counter(arrival.model for arrival in arrivals if arrival.model not in models)
    logged = summary(LOGGED, was, dict(calls), 0), was
    return Replay(scenario, [arrivals[place] for place in kept], logged, dict(missed))


def endpoints_of(offered: Iterable[Endpoint], generations: list[Generation], start: float) -> list[EndpointModel]:
    """start: UTC seconds of the log's beginning."""
    attempts: dict[str, list[AttemptRecord]] = defaultdict(list)
    for generation in generations:
        for attempt in generation.attempts:
            attempts[attempt.endpoint].append(attempt)
    known = {id: measured(made, start) for id, made in attempts.items()}
    usual = _usual([facts for facts in known.values() if facts])
    names: Counter[str] = Counter()
    found = []
    for endpoint in offered:
        name = re.sub(r"[^a-z0-9]+", "-", endpoint.id.lower()).strip("-")[:60]
        names[name] += 1
        prices = {
            f"price_{unit}": None if amount is None else f"{amount // NANO}.{amount % NANO:09d}"
            for unit, amount in (
                ("input", endpoint.prices.input),
                ("output", endpoint.prices.output),
                ("cache_read", endpoint.prices.cache_read),
            )
        }
        facts: dict[str, Any] = {**usual, **known.get(endpoint.id, {})}
        unique = name if names[name] == 1 else f"{name}-{names[name]}"
        found.append(EndpointModel(name=unique, model=endpoint.model, **prices, **facts))
    return found


def measured(attempts: list[AttemptRecord], start: float) -> dict[str, Any]:
    """What a log says of one endpoint, as fields of EndpointModel; what it does not say is absent."""
    facts: dict[str, Any] = {}
    firsts = [a.first_token_s for a in attempts if a.outcome == "ok" and a.first_token_s]
    speeds = [
        a.usage.completion_tokens / max(a.seconds - a.first_token_s, 1e-3)
        for a in attempts
        if a.outcome == "ok" and a.usage and a.seconds and a.first_token_s and a.usage.completion_tokens
    ]
    if firsts:
        logs = [math.log(value) for value in firsts]
        facts["first_token_s"] = statistics.median(firsts)
        facts["spread"] = max(SPREAD_MIN, statistics.pstdev(logs))
    if speeds:
        facts["tokens_per_s"] = statistics.median(speeds)
    failed = [a for a in attempts if a.outcome in ("failed", "cut")]
    if waits := [a.seconds for a in failed if a.seconds is not None]:
        facts["error_s"] = statistics.median(waits)
    outages = _outages(attempts, start)
    facts["outages"] = outages
    outside = [a for a in attempts if not any(o.from_s <= a.started_at - start < o.to_s for o in outages)]
    if outside:
        facts["error_rate"] = sum(a.outcome in ("failed", "cut") for a in outside) / len(outside)
    return facts


def _outages(attempts: list[AttemptRecord], start: float) -> tuple[Outage, ...]:
    spells: dict[int, list[AttemptRecord]] = defaultdict(list)
    for attempt in attempts:
        spells[int((attempt.started_at - start) // SPELL_S)].append(attempt)
    found: list[Outage] = []
    for number in sorted(spells):
        made = spells[number]
        failed = [attempt for attempt in made if attempt.outcome in ("failed", "cut")]
        if len(made) < SPELL_CALLS or len(failed) < SPELL_FAILED * len(made):
            continue
        code = Counter(attempt.error_code for attempt in failed).most_common(1)[0][0]
        kind: Any = KINDS.get(code or "", "error")
        from_s, to_s = number * SPELL_S, (number + 1) * SPELL_S
        if found and found[-1].to_s == from_s and found[-1].kind == kind:
            from_s = found.pop().from_s
        found.append(Outage(from_s=from_s, to_s=to_s, kind=kind))
    return tuple(found)


def _usual(known: list[dict[str, Any]]) -> dict[str, Any]:
    """Of an endpoint that the log does not know."""
    found = {}
    for field in ("first_token_s", "spread", "tokens_per_s"):
        if values := [facts[field] for facts in known if field in facts]:
            found[field] = statistics.median(values)
    return found


def _as_logged(generation: Generation, arrival: Arrival) -> Taken:
    one = Taken(arrival)
    one.ok, one.total_s = generation.outcome == "ok", generation.seconds
    one.endpoint, one.cost_nano = generation.provider or "", generation.cost_nano or 0
    served = served_by(generation)
    if served is not None and served.first_token_s is not None:
        one.first_s = served.started_at - generation.received_at + served.first_token_s
    return one


def _routing(config: Config) -> dict[str, Any]:
    """`[routing]` in its words, without what the run sets itself, or what only the log's callers used."""
    words: dict[str, Any] = msgspec.to_builtins(config.routing)
    for name in ("strategies", "default_model"):
        words.pop(name, None)
    return {name: value for name, value in words.items() if value is not None}
