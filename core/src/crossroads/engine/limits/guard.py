"""Who may be called now: the breakers of all endpoints, their quotas, and the retry budgets of all models.

Laws: at most the configured share of a model's endpoints is ejected (DISP-6). A call looks at as many endpoints as it
needs, and what is well costs it a few look-ups.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from crossroads.call import Call
from crossroads.config import RoutingConfig
from crossroads.engine.attempts.insurance import HEDGE
from crossroads.engine.attempts.verdicts import blames_endpoint
from crossroads.engine.catalog import Catalog
from crossroads.engine.limits.breaker import Breaker
from crossroads.engine.limits.budget import RetryBudget
from crossroads.engine.limits.hedges import Hedges
from crossroads.engine.limits.quotas import Quotas
from crossroads.engine.limits.slots import Slots
from crossroads.engine.requestkeys import of_the_account
from crossroads.route import Attempt, Candidate, Endpoint, EndpointStats, Reason, Route

FAILED_LATELY_S = 10.0
SLOW_SAMPLES = 3
PEER_SAMPLES = 5
FASTEST_S, FEW_PEERS = 1.0, 32
"""Of more peers than that, the fastest is looked up so often; of fewer, each time."""
UNKNOWN_IN_FLIGHT = 4
"""Calls at once to an endpoint of which fewer than SLOW_SAMPLES came back, where others are known."""

Standing = int
FIRST, SPARED, EJECTED, HELD = range(4)
"""May be called; goes behind those; comes last; must be left alone."""

Tell = Callable[[Endpoint, str, str], None]
"""(endpoint, state, why): a breaker has changed its state."""


class Guard:
    """One per exchange."""

    def __init__(self, routing: RoutingConfig, catalog: Catalog, tell: Tell) -> None:
        self._routing, self._catalog, self._tell = routing, catalog, tell
        self._breakers: dict[str, Breaker] = {}
        self._peers: dict[str, list[Breaker]] = {}
        """By model: those that were ever called."""
        self._fastest: dict[str, tuple[float, float]] = {}
        """Model -> latency of the fastest peer, and when that was looked up."""
        self.quotas = Quotas(catalog)
        self.slots = None if routing.concurrency is None else Slots(routing.concurrency)
        self.hedges = None if routing.hedge is None else Hedges(routing.hedge)
        self._budgets: dict[str, RetryBudget] = {}

    def called(self, route: Route, now: float) -> None:
        """A call begins: its retries are a share of these."""
        self.budget(route.budgeted).call(now)

    def standing(self, call: Call, candidate: Candidate, route: Route, now: float) -> Standing:
        """Where it stands now among the others of its route; why, in the route, unless it may simply be called."""
        endpoint = candidate.endpoint
        if (quota := self.quotas.known(endpoint)) is not None:
            if (wait := quota.held_until - now) > 0:
                route.reasons.append(_reason(endpoint, f"asked to be left alone for {wait:.3g} s more", dropped=True))
                return HELD
            if (why := quota.short(now)) is not None:
                route.reasons.append(_reason(endpoint, f"goes behind, close to its rate limit: {why}"))
                return SPARED
        breaker = self._breakers.get(endpoint.id)
        if (breaker is None or breaker.samples < SLOW_SAMPLES) and self._crowded(candidate, route):
            return FIRST if route.chosen else EJECTED
        if breaker is None or breaker.calm:
            return FIRST
        if breaker.ejected(now):
            if breaker.slow and route.chosen:
                return FIRST
            route.reasons.append(_reason(endpoint, f"ejected: {breaker.why}"))
            return EJECTED
        if breaker.state == "closed" and call.random.random() >= breaker.weight(now):
            route.reasons.append(_reason(endpoint, "in its slow start"))
            return SPARED
        return FIRST

    def may_retry(self, route: Route, candidate: Candidate, now: float) -> bool:
        """May this further attempt be made? Asked, and paid for, only where the endpoint failed lately."""
        failed_at = candidate.stats.failed_at
        if failed_at is None or now - failed_at > FAILED_LATELY_S:
            return True
        return self.budget(route.budgeted).spend(now)

    def begin(self, endpoint: Endpoint, now: float) -> bool:
        """An attempt starts; True: it is its endpoint's probe, and `ended` must be told."""
        self.quotas.begun(endpoint, now)
        breaker = self._breakers.get(endpoint.id)
        if breaker is None or not breaker.begin(now):
            return False
        self._tell(endpoint, "half_open", breaker.why)
        return True

    def ended(self, attempt: Attempt, stats: EndpointStats, now: float, *, probe: bool) -> None:
        """An attempt is over: count it, open or close the breaker, hold the quota."""
        endpoint, error = attempt.endpoint, attempt.error
        breaker = self._breakers.get(endpoint.id)
        if breaker is None:
            breaker = self._breakers[endpoint.id] = Breaker(self._routing.breaker)
            self._peers.setdefault(endpoint.model, []).append(breaker)
        if error is not None:
            self.quotas.refused(endpoint, error, now, partial(_taken_lately, stats, now))
        if attempt.outcome == "ok":
            breaker.succeeded(now, attempt.first_token_s, probe=probe)
            if not self._ejected_as_slow(endpoint, breaker, now, probe=probe) and probe:
                self._tell(endpoint, "closed", "its probe succeeded")
        elif attempt.outcome in ("failed", "cut") and blames_endpoint(error) and not of_the_account(endpoint, error):
            failure = breaker.failed(now, probe=probe)
            if probe or (failure and breaker.state == "closed" and self._may_eject(endpoint, now, breaker)):
                breaker.open(now, failure or "", again=probe)
                self._tell(endpoint, "open", breaker.why)
        else:
            breaker.cancelled(probe=probe)
            if attempt.waived == HEDGE and attempt.seconds is not None:
                breaker.outrun(attempt.seconds)
                self._ejected_as_slow(endpoint, breaker, now, probe=False)
        if self.hedges is not None:
            self.hedges.ended(attempt)

    def state(self, endpoint: Endpoint, now: float) -> dict[str, Any]:
        """For listings: closed, open or half_open, why, and for how long."""
        breaker = self._breakers.get(endpoint.id)
        told: dict[str, Any] = {"state": "closed" if breaker is None else breaker.state}
        if breaker is not None and breaker.state != "closed":
            told |= {"why": breaker.why, "probe_in_s": round(max(0.0, breaker.until - now), 3)}
        if (wait := self.quotas.held_s(endpoint, now)) > 0:
            told["rate_limited_s"] = round(wait, 3)
        if (short := self.quotas.short(endpoint, now)) is not None:
            told["short"] = short
        if self.slots is not None and self.slots.tight(endpoint.id):
            told |= self.slots.state(endpoint.id)
        return told

    def budget(self, model: str) -> RetryBudget:
        found = self._budgets.get(model)
        if found is None:
            found = self._budgets[model] = RetryBudget(self._routing.retry_share)
        return found

    def _crowded(self, candidate: Candidate, route: Route) -> bool:
        """Is it still unknown, with enough calls under way to know it, while somebody else is known?"""
        if candidate.stats.in_flight < UNKNOWN_IN_FLIGHT or self._routing.breaker.max_ejected <= 0:
            return False
        if not any(breaker.samples >= PEER_SAMPLES for breaker in self._peers.get(candidate.endpoint.model, ())):
            return False
        route.reasons.append(_reason(candidate.endpoint, "not known yet, and enough calls are under way"))
        return True

    def _may_eject(self, endpoint: Endpoint, now: float, breaker: Breaker) -> bool:
        peers = self._catalog.peers.get(endpoint.model, ())
        out = sum(
            1
            for peer in peers
            if (other := self._breakers.get(peer.id)) is not None and other is not breaker and other.state != "closed"
        )
        return out + 1 <= self._routing.breaker.max_ejected * len(peers)

    def _ejected_as_slow(self, endpoint: Endpoint, breaker: Breaker, now: float, *, probe: bool) -> bool:
        if (why := self._slow(endpoint, breaker, now)) is None or not self._may_eject(endpoint, now, breaker):
            return False
        breaker.open(now, why, slow=True, again=probe)
        self._tell(endpoint, "open", why)
        return True

    def _slow(self, endpoint: Endpoint, breaker: Breaker, now: float) -> str | None:
        factor = self._routing.breaker.slow_factor
        if factor <= 0 or breaker.latency_s is None or breaker.samples < SLOW_SAMPLES or breaker.state != "closed":
            return None
        fastest = self._fastest_of(endpoint.model, now)
        if breaker.latency_s <= factor * fastest:
            return None
        return f"first tokens {breaker.latency_s / max(fastest, 1e-9):.3g} times slower than another's"

    def _fastest_of(self, model: str, now: float) -> float:
        """Latency of the fastest endpoint that is known well enough; infinite, where there is none."""
        known, at = self._fastest.get(model, (0.0, -math.inf))
        if now - at < FASTEST_S:
            return known
        latencies = [b.latency_s for b in self._peers[model] if b.latency_s is not None and b.samples >= PEER_SAMPLES]
        fastest = min(latencies, default=math.inf)
        if len(latencies) > FEW_PEERS:
            self._fastest[model] = fastest, now
        return fastest


def _reason(endpoint: Endpoint, text: str, *, dropped: bool = False) -> Reason:
    return Reason("attempt", "guard", text, endpoint.id, dropped=dropped)


def _taken_lately(stats: EndpointStats, now: float) -> float:
    """About how many calls a second it took in the last ten to seventy."""
    at, passed = int(now // 60), now % 60
    taken = stats.in_flight + stats.minutes.counts.get(at, (0, 0))[0]
    if passed < 10:
        taken, passed = taken + stats.minutes.counts.get(at - 1, (0, 0))[0], passed + 60
    return taken / passed
