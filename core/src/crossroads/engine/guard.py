"""Who may be called now: the breakers of all endpoints, the quotas that wait, and the retry budgets of all models.

Laws: at most the configured share of a model's endpoints is ejected (DISP-6); `Retry-After` is a floor for everything
that shares the quota, which is the same key at the same address for the same upstream model (DISP-3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossroads.call import Call
from crossroads.config import RoutingConfig
from crossroads.engine.breaker import Breaker
from crossroads.engine.budget import RetryBudget
from crossroads.engine.catalog import Catalog
from crossroads.engine.verdicts import blames_endpoint
from crossroads.errors import CrossroadsError, RateLimited
from crossroads.route import Attempt, Candidate, Endpoint, Reason, Route

HOLD_MAX_S = 3600.0
"""Of a `Retry-After`: beyond it a provider is asked again."""
FAILED_LATELY_S = 10.0
SLOW_SAMPLES = 3
PEER_SAMPLES = 5
UNKNOWN_IN_FLIGHT = 4
"""Calls at once to an endpoint of which fewer than SLOW_SAMPLES came back, where others are known."""

Tell = Callable[[Endpoint, str, str], None]
"""(endpoint, state, why): a breaker has changed its state."""


class Guard:
    """One per exchange."""

    def __init__(self, routing: RoutingConfig, catalog: Catalog, tell: Tell) -> None:
        self._routing, self._catalog, self._tell = routing, catalog, tell
        self._breakers: dict[str, Breaker] = {}
        self._held: dict[Any, float] = {}
        self._budgets: dict[str, RetryBudget] = {}

    def arrange(self, call: Call, route: Route, now: float) -> list[Candidate]:
        """The route's candidates with those last that should not be called; a waiting quota's are left out.

        Raises RateLimited: there is nobody else. Ejected ones stay at the end, for a call that all others failed.
        """
        self.budget(route.model).call(now)
        if not self._breakers and not self._held:
            return list(route.candidates)
        first: list[Candidate] = []
        last: list[Candidate] = []
        waits: list[float] = []
        for candidate in route.candidates:
            endpoint = candidate.endpoint
            if (wait := self.held_s(endpoint, now)) > 0:
                waits.append(wait)
                route.reasons.append(_reason(endpoint, f"asked to be left alone for {wait:.3g} s more", dropped=True))
                continue
            breaker = self._breakers.get(endpoint.id)
            if (breaker is None or breaker.samples < SLOW_SAMPLES) and self._crowded(candidate, route):
                (first if route.chosen else last).append(candidate)
            elif breaker is None:
                first.append(candidate)
            elif breaker.ejected(now):
                if breaker.slow and route.chosen:
                    first.append(candidate)
                else:
                    route.reasons.append(_reason(endpoint, f"ejected: {breaker.why}"))
                    last.append(candidate)
            elif breaker.state == "closed" and call.random.random() >= breaker.weight(now):
                route.reasons.append(_reason(endpoint, "in its slow start"))
                last.insert(0, candidate)
            else:
                first.append(candidate)
        if not first and not last:
            raise RateLimited(
                f"Every endpoint of {route.model} is at its rate limit.",
                remedy="Retry after the time that Retry-After states.",
                retry_after_s=min(waits),
            )
        return first + last

    def may_retry(self, route: Route, candidate: Candidate, now: float) -> bool:
        """May this further attempt be made? Asked, and paid for, only where the endpoint failed lately."""
        failed_at = candidate.stats.failed_at
        if failed_at is None or now - failed_at > FAILED_LATELY_S:
            return True
        return self.budget(route.model).spend(now)

    def begin(self, endpoint: Endpoint, now: float) -> bool:
        """An attempt starts; True: it is its endpoint's probe, and `ended` must be told."""
        breaker = self._breakers.get(endpoint.id)
        if breaker is None or not breaker.begin(now):
            return False
        self._tell(endpoint, "half_open", breaker.why)
        return True

    def ended(self, attempt: Attempt, now: float, *, probe: bool) -> None:
        """An attempt is over: count it, open or close the breaker, hold the quota."""
        endpoint, error = attempt.endpoint, attempt.error
        breaker = self._breakers.get(endpoint.id)
        if breaker is None:
            breaker = self._breakers[endpoint.id] = Breaker(self._routing.breaker)
        if error is not None:
            self._hold(endpoint, error, now)
        if attempt.outcome == "ok":
            breaker.succeeded(now, attempt.first_token_s, probe=probe)
            if (why := self._slow(endpoint, breaker)) is not None and self._may_eject(endpoint, now, breaker):
                breaker.open(now, why, slow=True, again=probe)
                self._tell(endpoint, "open", why)
            elif probe:
                self._tell(endpoint, "closed", "its probe succeeded")
        elif attempt.outcome in ("failed", "cut") and blames_endpoint(error):
            failure = breaker.failed(now, probe=probe)
            if probe or (failure and breaker.state == "closed" and self._may_eject(endpoint, now, breaker)):
                breaker.open(now, failure or "", again=probe)
                self._tell(endpoint, "open", breaker.why)
        else:
            breaker.cancelled(probe=probe)

    def held_s(self, endpoint: Endpoint, now: float) -> float:
        """Seconds until this endpoint's quota may be used again."""
        if not self._held:
            return 0.0
        return max(0.0, self._held.get(self._quota(endpoint), 0.0) - now)

    def state(self, endpoint: Endpoint, now: float) -> dict[str, Any]:
        """For listings: closed, open or half_open, why, and for how long."""
        breaker = self._breakers.get(endpoint.id)
        told: dict[str, Any] = {"state": "closed" if breaker is None else breaker.state}
        if breaker is not None and breaker.state != "closed":
            told |= {"why": breaker.why, "probe_in_s": round(max(0.0, breaker.until - now), 3)}
        if (wait := self.held_s(endpoint, now)) > 0:
            told["rate_limited_s"] = round(wait, 3)
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
        known = (self._breakers.get(other.endpoint.id) for other in route.candidates)
        if not any(breaker is not None and breaker.samples >= PEER_SAMPLES for breaker in known):
            return False
        route.reasons.append(_reason(candidate.endpoint, "not known yet, and enough calls are under way"))
        return True

    def _hold(self, endpoint: Endpoint, error: CrossroadsError, now: float) -> None:
        if error.retry_after_s is not None and error.code in ("rate_limit_exceeded", "provider_overloaded"):
            quota = self._quota(endpoint)
            self._held = {key: until for key, until in self._held.items() if until > now}
            self._held[quota] = max(self._held.get(quota, 0.0), now + min(error.retry_after_s, HOLD_MAX_S))

    def _quota(self, endpoint: Endpoint) -> Any:
        instance = self._catalog.instances.get(endpoint.provider)
        if instance is None or instance.secret is None:
            return endpoint.id
        return (instance.base_url, instance.auth_headers or instance.secret.reveal(), endpoint.upstream)

    def _may_eject(self, endpoint: Endpoint, now: float, breaker: Breaker) -> bool:
        peers = self._catalog.models.get(endpoint.model, ())
        out = sum(
            1
            for peer in peers
            if (other := self._breakers.get(peer.id)) is not None and other is not breaker and other.state != "closed"
        )
        return out + 1 <= self._routing.breaker.max_ejected * len(peers)

    def _slow(self, endpoint: Endpoint, breaker: Breaker) -> str | None:
        factor = self._routing.breaker.slow_factor
        if factor <= 0 or breaker.latency_s is None or breaker.samples < SLOW_SAMPLES or breaker.state != "closed":
            return None
        peers = [
            other.latency_s
            for peer in self._catalog.models.get(endpoint.model, ())
            if (other := self._breakers.get(peer.id)) is not None
            and other is not breaker
            and other.latency_s is not None
            and other.samples >= PEER_SAMPLES
        ]
        if not peers or breaker.latency_s <= factor * min(peers):
            return None
        return f"first tokens {breaker.latency_s / max(min(peers), 1e-9):.3g} times slower than another's"


def _reason(endpoint: Endpoint, text: str, *, dropped: bool = False) -> Reason:
    return Reason("attempt", "guard", text, endpoint.id, dropped=dropped)
