"""Traffic logs: lines of Arrival, or the events that the sink `jsonl` wrote. Of the latter, calls of chat only.

A call whose tokens nobody counted (it failed everywhere) is taken to be as long as the median of the others.
"""

from __future__ import annotations

import statistics
from pathlib import Path

import msgspec

from crossroads.errors import ConfigError
from crossroads.events import AttemptRecord, Event, Generation
from crossroads_simulate.arrival import ARRIVALS_MAX, Arrival

EVENT = b'{"type":'
"""How a line of the sink begins."""
_events, _arrivals = msgspec.json.Decoder(Event), msgspec.json.Decoder(Arrival)


def read_arrivals(path: Path) -> list[Arrival]:
    """In the order of their times, the first call of an event log at 0. Raises ConfigError."""
    generations, arrivals = _read(path)
    found = arrivals + arrivals_from(generations)
    return sorted(found, key=lambda arrival: arrival.at_s)


def read_generations(path: Path) -> list[Generation]:
    """Calls of chat, in the order in which they came. Raises ConfigError."""
    return sorted(_read(path)[0], key=lambda generation: generation.received_at)


def arrivals_from(generations: list[Generation]) -> list[Arrival]:
    """The calls that came, without what became of them."""
    if not generations:
        return []
    start = min(generation.received_at for generation in generations)
    counted = [served.usage for g in generations if (served := served_by(g)) is not None and served.usage is not None]
    usual_in = _median([usage.prompt_tokens for usage in counted], Arrival.__struct_defaults__[0])
    usual_out = _median([usage.completion_tokens for usage in counted], Arrival.__struct_defaults__[1])
    found = []
    for generation in generations:
        served = served_by(generation)
        usage = None if served is None else served.usage
        found.append(
            Arrival(
                at_s=generation.received_at - start,
                input_tokens=usual_in if usage is None else usage.prompt_tokens,
                output_tokens=usual_out if usage is None else usage.completion_tokens,
                key=generation.principal,
                session=generation.session_id,
                model=generation.served_model or generation.model or "",
            )
        )
    return found


def served_by(generation: Generation) -> AttemptRecord | None:
    """The attempt that knows how long the call was: the last of which tokens were counted."""
    return next((attempt for attempt in reversed(generation.attempts) if attempt.usage is not None), None)


def _read(path: Path) -> tuple[list[Generation], list[Arrival]]:
    generations: list[Generation] = []
    arrivals: list[Arrival] = []
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                if len(generations) + len(arrivals) >= ARRIVALS_MAX:
                    break
                if line.startswith(EVENT):
                    event = _events.decode(line)
                    if isinstance(event, Generation) and event.operation == "chat":
                        generations.append(event)
                elif line.strip():
                    arrivals.append(_arrivals.decode(line))
    except OSError as error:
        raise ConfigError(f"can't be read: {error.strerror}.", file=str(path), remedy="Check the path.") from None
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{error}.", file=f"{path}, line {number}", remedy="Write one JSON object a line.") from None
    return generations, arrivals


def _median(values: list[int], otherwise: int) -> int:
    return round(statistics.median(values)) if values else otherwise
