"""Quality first for calls with tools: by right calls of tools, then by failures, then by tokens per second.

A reply that calls tools is at fault when any of its calls is (`crossroads_exacto.judge`). An agent goes on until the
first fault; with faults independent and a share f of all replies, that is 1 / f replies in the mean (geometric law). So
endpoints differ by log2(1 / f), doublings of that run; and only whole ones count, for k faults say f no better than to
a factor of about 1 + 1 / sqrt(k), which is 2 for the one fault that is seen first. Within a doubling the next figure
decides: the same of failed attempts, and then speed, as a fraction below 1:

    score = 64 x quality(faults, judged) + quality(failures, attempts) + speed / (speed + 50)
    quality(bad, all) = min(63, floor(log2(1 / f)))         f = (bad + 0.5) / (all + 10)

    faults, judged      replies with calls of tools, heard here; each counts half after an hour
    failures, attempts  of the engine's statistics, half after a minute; a 429 is a failure
    speed               median tokens per second of 30 minutes; unmeasured counts as 50

Who is unknown has f = 1 / 20, quality 4: ahead of it who had six right replies (5), behind it who had a fault (2). A
call without tools is ranked without the first term. While several calls wait for one that nobody has measured, it goes
last. One call in 50 goes first to one of whom nothing was heard for 30 s (with tools: no reply judged for 5 minutes),
so that nobody starves and improvement is seen. Without exploration the order is deterministic, and of two endpoints it
never depends on a third.

Heard are whole replies that this strategy ranked, as the client had them, after they left: no stream is held back.
Not judged: replies without calls of tools, and those cut off by the caller's own limit of tokens.
Source of the idea: OpenRouter, "Auto Exacto", read 2026-11-24; the formula is ours, and benchmarks play no part in it.
"""

from __future__ import annotations

import math

from crossroads.call import Call
from crossroads.dialect import Document
from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt, Candidate, EndpointStats
from crossroads_exacto.judge import fault

EXPLORED = 0.02
"""Share of calls that try an endpoint of which nothing is known, or nothing new."""
STALE_S, UNJUDGED_S = 30.0, 300.0
TOOLS_HALF_LIFE_S, ATTEMPTS_HALF_LIFE_S = 3_600.0, 60.0
"""The second is the engine's own."""
PRIOR_BAD, PRIOR_ALL = 0.5, 10.0
QUALITY_MAX = 63
UNMEASURED = 50.0


class Record:
    """Replies of one endpoint that called tools, decayed to `at` (monotonic seconds)."""

    __slots__ = ("at", "faults", "judged")

    def __init__(self) -> None:
        self.faults = self.judged = 0.0
        self.at = -math.inf

    def add(self, *, bad: bool, now: float) -> None:
        decay = _decay(now - self.at, TOOLS_HALF_LIFE_S)
        self.faults, self.judged = self.faults * decay + bad, self.judged * decay + 1
        self.at = max(self.at, now)


NEVER = Record()


class Exacto:
    """See the module."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        """By endpoint: no more than the catalog has."""

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """The module's score; below 0, minus the calls under way; inf for the one that is explored."""
        now, tools = call.began, "tools" in call.opened.parameters
        records = [self._records.get(c.endpoint.id, NEVER) for c in candidates]
        scores = [_usual(c.stats, now) for c in candidates]
        if tools:
            scores = [s if s < 0 else s + _tools(r, now) for s, r in zip(scores, records, strict=True)]
        if call.random.random() < EXPLORED:
            both = enumerate(zip(candidates, records, strict=True))
            heard = [(i, c.stats, now - (r.at if tools else c.stats.updated_at)) for i, (c, r) in both]
            limit = UNJUDGED_S if tools else STALE_S
            if stale := [i for i, stats, age in heard if not stats.in_flight and age > limit]:
                scores[call.random.choice(stale)] = math.inf
        return scores

    @hookimpl
    def strategy_heard(self, call: Call, attempt: Attempt, reply: Document) -> None:
        """Count a reply that calls tools, and whether it is at fault."""
        if "tools" not in call.opened.parameters:
            return
        found = fault((attempt.request or call.request()).tools or (), reply)
        if found is not None:
            self._records.setdefault(attempt.endpoint.id, Record()).add(bad=bool(found), now=call.began)


def quality(bad: float, all: float) -> int:
    """Doublings of the mean run to the first bad one."""
    return min(QUALITY_MAX, math.floor(math.log2((all + PRIOR_ALL) / (bad + PRIOR_BAD))))


def _tools(record: Record, now: float) -> float:
    decay = _decay(now - record.at, TOOLS_HALF_LIFE_S)
    return float((QUALITY_MAX + 1) * quality(record.faults * decay, record.judged * decay))


def _usual(stats: EndpointStats, now: float) -> float:
    if crowd := stats.crowd:
        return -float(crowd)
    decay = _decay(now - stats.updated_at, ATTEMPTS_HALF_LIFE_S)
    failures = stats.failures * decay
    found = stats.speed.percentiles(now)
    speed = UNMEASURED if found is None else found.p50
    return quality(failures, failures + stats.successes * decay) + speed / (speed + UNMEASURED)


def _decay(age: float, half_life: float) -> float:
    return float(0.5 ** (max(age, 0.0) / half_life))
