"""How many calls an endpoint takes at once: a limit that adapts, and the queue of those who wait for a place.

    a good reply while more than half of the places are in use     + 1/limit    (one more a round)
    a 429, "overloaded"                                            x BACK_OFF, at most once a second
    first tokens `latency_factor` times slower than they used to   x SLOW_OFF, at most once a second

Laws: a place that was taken is given back once, however the attempt ends; nobody waits beyond the call's deadline or
`queue_s`; who can't be served in that time is told so at once. Off unless `[routing.concurrency]` is configured.
"""

from __future__ import annotations

from collections.abc import Sequence

from crossroads.call import Call
from crossroads.clock import Clock
from crossroads.config import ConcurrencyConfig
from crossroads.engine.limits.fair import FairQueue, Waiter
from crossroads.errors import ConfigError, CrossroadsError, Overloaded, RateLimited
from crossroads.route import Attempt, Candidate

BACK_OFF, SLOW_OFF = 0.9, 0.95
ROUND_S = 1.0
LATELY, USUAL_DOWN, USUAL_UP = 0.1, 0.05, 0.001
"""Shares of the newest in the average first-token time lately, and of that in what is usual: where it gets worse that
follows slowly, or load would become the norm."""
PACE = 0.1
"""Share of the newest sample in the average time between two places that came free."""
NEEDS = "Retry after the time that Retry-After states."


class Place:
    """The limit of one endpoint."""

    __slots__ = ("cut_at", "freed_at", "in_use", "lately_s", "limit", "pace_s", "usual_s")

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.in_use = 0
        self.cut_at = float("-inf")
        self.lately_s: float | None = None
        self.usual_s = 0.0
        """First tokens of streams."""
        self.freed_at: float | None = None
        self.pace_s: float | None = None
        """Average time between two of its places that came free while somebody waited."""


class Slots:
    """Of one exchange: per process, as breakers are."""

    def __init__(self, config: ConcurrencyConfig) -> None:
        if not config.min <= config.start <= config.max:
            raise ConfigError(
                "is not between min and max.",
                field="routing.concurrency.start",
                value=config.start,
                remedy="Let min <= start <= max hold.",
            )
        self._config = config
        self._places: dict[str, Place] = {}
        self.queue = FairQueue(config.queue)

    def free(self, endpoint: str) -> bool:
        """Is there a place?"""
        place = self._place(endpoint)
        return place.in_use < int(place.limit)

    def take(self, endpoint: str) -> None:
        """One that is free; `ended` gives it back."""
        self._place(endpoint).in_use += 1

    async def wait(self, call: Call, candidates: Sequence[Candidate], clock: Clock) -> Candidate:
        """The first of these with a place, which is taken. Raises Overloaded, RateLimited (by its own key's crowd)."""
        key, now = call.principal.key_id or call.principal.name, clock.monotonic()
        until = now + self._config.queue_s
        until = until if call.deadline is None else min(until, call.deadline)
        waiter = Waiter(key, {candidate.endpoint.id: candidate for candidate in candidates}, now)
        if now + self._expected_s(waiter) > until:
            raise self._refusal(waiter)
        if (refused := self.queue.push(waiter)) is waiter:
            raise self._refusal(waiter)
        if refused is not None and not refused.future.done():  # else it has just been cancelled, or is out of time
            refused.future.set_exception(self._refusal(refused))
        mine = False
        try:
            async with clock.timeout_at(until):
                candidate = await waiter.future
            mine = True
            return candidate
        except TimeoutError:
            raise self._refusal(waiter) from None
        finally:
            self.queue.remove(waiter)
            future = waiter.future
            if not mine and future.done() and not future.cancelled() and future.exception() is None:
                self.give_back(future.result().endpoint.id, clock.monotonic())  # granted as we were cancelled

    def ended(self, attempt: Attempt, now: float, *, stream: bool) -> None:
        """An attempt is over: its place is free, and its limit knows more."""
        place = self._place(attempt.endpoint.id)
        self._adapt(place, attempt, now, stream)
        self.give_back(attempt.endpoint.id, now)

    def tight(self, endpoint: str) -> bool:
        """Is it full, or its limit below what it began with?"""
        place = self._places.get(endpoint)
        return place is not None and (place.in_use >= int(place.limit) or place.limit < self._config.start)

    def state(self, endpoint: str) -> dict[str, int]:
        """For listings; empty: it was never called."""
        place = self._places.get(endpoint)
        return {} if place is None else {"concurrency": place.in_use, "concurrency_limit": int(place.limit)}

    def _place(self, endpoint: str) -> Place:
        place = self._places.get(endpoint)
        if place is None:
            place = self._places[endpoint] = Place(float(self._config.start))
        return place

    def give_back(self, endpoint: str, now: float) -> None:
        """The place goes to who waits for it: nobody who comes later is before them."""
        place = self._place(endpoint)
        place.in_use -= 1
        while self.queue.size and place.in_use < int(place.limit):
            waiter = self.queue.pop(endpoint)
            if waiter is None:
                break
            if waiter.future.done():
                continue
            place.in_use += 1
            if place.freed_at is not None and place.freed_at >= waiter.since:
                sample = now - place.freed_at
                place.pace_s = sample if place.pace_s is None else place.pace_s + PACE * (sample - place.pace_s)
            place.freed_at = now
            waiter.future.set_result(waiter.candidates[endpoint])

    def _adapt(self, place: Place, attempt: Attempt, now: float, stream: bool) -> None:
        config, error = self._config, attempt.error
        if not config.adaptive:
            return
        if error is not None and error.code in ("rate_limit_exceeded", "provider_overloaded"):
            place.limit = max(float(config.min), min(place.limit, float(place.in_use)))  # that is what was too much
            self._cut(place, BACK_OFF, now)
        elif attempt.outcome == "ok":
            if stream and attempt.first_token_s is not None and self._slow(place, attempt.first_token_s):
                self._cut(place, SLOW_OFF, now)
            elif place.in_use > place.limit / 2:
                place.limit = min(float(config.max), place.limit + 1 / place.limit)

    def _slow(self, place: Place, first_token_s: float) -> bool:
        if place.lately_s is None:
            place.lately_s = place.usual_s = first_token_s
        lately = place.lately_s = place.lately_s + LATELY * (first_token_s - place.lately_s)
        place.usual_s += (USUAL_DOWN if lately < place.usual_s else USUAL_UP) * (lately - place.usual_s)
        return self._config.latency_factor > 0 and lately > self._config.latency_factor * place.usual_s

    def _cut(self, place: Place, factor: float, now: float) -> None:
        if now - place.cut_at >= ROUND_S:
            place.limit = max(float(self._config.min), place.limit * factor)
            place.cut_at = now

    def _expected_s(self, waiter: Waiter) -> float:
        """How long it will wait, from how fast places came free; 0 while that is not known."""
        paces = [p.pace_s for id in waiter.candidates if (p := self._places.get(id)) is not None and p.pace_s]
        if not paces:
            return 0.0
        return (self.queue.ahead(waiter.key, waiter.candidates) + 1) / sum(1 / pace for pace in paces)

    def _refusal(self, waiter: Waiter) -> CrossroadsError:
        wait = max(1.0, self._expected_s(waiter))
        if self.queue.crowds(waiter.key):
            return RateLimited("Too many calls of this key wait already.", remedy=NEEDS, retry_after_s=wait)
        return Overloaded(
            "Every endpoint is busy, and the queue is full or too long.", remedy=NEEDS, retry_after_s=wait
        )
