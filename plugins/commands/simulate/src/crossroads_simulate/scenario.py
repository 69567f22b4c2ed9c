"""A scenario as it stands in its TOML file, and the arrivals that it means. Times in seconds from its start."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from crossroads.errors import ConfigError
from crossroads_simulate.arrival import ARRIVALS_MAX, Arrival
from crossroads_simulate.log import read_arrivals

TALKS = 20
"""Conversations that go on at once, where they have turns."""


class Outage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """kind: error (500), limit (429, with Retry-After when retry_after_s is set), refuse (no connection), slow."""

    from_s: float
    to_s: float
    kind: Literal["error", "limit", "refuse", "slow"] = "error"
    factor: float = 10.0
    """Of slow: times the usual first-token time."""
    retry_after_s: float | None = None


class EndpointModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices: USD per million tokens. spread: sigma of a log-normal around the median first-token time."""

    name: str
    model: str | None = None
    """Absent: the scenario's."""
    price_input: str | None = "0"
    price_output: str | None = "0"
    price_cache_read: str | None = None
    """Stated: a conversation that comes back within 5 minutes reads its prompt from a cache."""
    first_token_s: float = 0.5
    spread: float = 0.3
    tokens_per_s: float = 80.0
    error_rate: float = 0.0
    error_s: float = 0.05
    """How long a failure takes."""
    at_once: int | None = None
    """Calls that it serves at the same time; one more gets a 429."""
    per_minute: int | None = None
    """Calls that it takes, from a bucket of so many that fills evenly; beyond it a 429. No header tells of either."""
    outages: tuple[Outage, ...] = ()

    @property
    def limited(self) -> bool:
        return self.at_once is not None or self.per_minute is not None


class Arrivals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Generated: a Poisson process; token counts are log-normal around their medians. keys: name -> share."""

    rate_per_s: float = 5.0
    duration_s: float = 300.0
    input_tokens: int = 500
    output_tokens: int = 200
    spread: float = 0.5
    keys: dict[str, float] = msgspec.field(default_factory=lambda: {"default": 1.0})
    turns: int = 1
    """Of a conversation: a call begins one, or goes on with one that has fewer, its prompt grown by what was said."""
    log: str | None = None
    """A traffic log instead, beside the scenario: lines of Arrival, or the events of the sink jsonl."""


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """strategies: compared when no --strategy is given. routing, settings: words of `[routing]` and of
    `[strategies.<name>]` in crossroads.toml."""

    endpoints: tuple[EndpointModel, ...]
    arrivals: Arrivals = Arrivals()
    model: str = "sim/model"
    strategies: tuple[str, ...] = ()
    routing: dict[str, Any] = {}
    settings: dict[str, dict[str, Any]] = {}
    policies: dict[str, dict[str, Any]] = {}
    """`[policies.<name>]`. What they read of a prompt is blank."""
    deadline_s: float = 120.0


def read_scenario(file: Path) -> Scenario:
    """Raises ConfigError, naming the file and the field."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Scenario)
    except OSError as error:
        raise ConfigError(f"can't be read: {error.strerror}.", file=str(file), remedy="Check the path.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{error}.", file=str(file), remedy="Correct the scenario.") from None


def arrivals_of(scenario: Scenario, folder: Path, seed: int) -> list[Arrival]:
    """In the order of their times. Raises ConfigError."""
    spec = scenario.arrivals
    if spec.log is not None:
        return read_arrivals(folder / spec.log)
    return _generated(spec, seed)


def _generated(spec: Arrivals, seed: int) -> list[Arrival]:
    dice, at, made = random.Random(f"arrivals {seed}"), 0.0, []  # noqa: S311  (a model, not a secret)
    names, shares = list(spec.keys), list(spec.keys.values())
    open_talks: list[tuple[str, int, int]] = []
    while len(made) < ARRIVALS_MAX:
        at += dice.expovariate(spec.rate_per_s)
        if at >= spec.duration_s:
            break
        tokens_in, tokens_out = (
            max(1, round(n * dice.lognormvariate(0, spec.spread))) for n in (spec.input_tokens, spec.output_tokens)
        )
        session = None
        if spec.turns > 1:
            before = open_talks.pop(dice.randrange(len(open_talks))) if len(open_talks) >= TALKS else None
            session, turn, said = before or (f"talk-{len(made)}", 0, 0)
            tokens_in += said
            if turn + 1 < spec.turns:
                open_talks.append((session, turn + 1, tokens_in + tokens_out))
        key = dice.choices(names, shares)[0]
        made.append(Arrival(at_s=at, input_tokens=tokens_in, output_tokens=tokens_out, key=key, session=session))
    return made
