"""What the accounts behind the endpoints allow: quotas that asked to be left alone, and caps learned before a 429.

A quota is the same key at the same address for the same upstream model. Laws: `Retry-After` is a floor for everything
that shares the quota (DISP-3); what nothing is known of costs a call two lookups; a cap never drops an endpoint, it
puts it behind the others.

    stated    by rate limit headers: a bucket that fills evenly from what was left to all of it until its reset
    learned   from a 429: a pace (`pace.Pace`)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossroads.engine.catalog import Catalog
from crossroads.engine.limits.pace import Pace
from crossroads.engine.limits.ratelimits import read_allowances
from crossroads.engine.requestkeys import BROUGHT
from crossroads.errors import CrossroadsError, RateLimited
from crossroads.route import Endpoint
from crossroads.wire import Headers

HOLD_MAX_S = 3600.0
"""Of a `Retry-After`: beyond it a provider is asked again."""
SILENT_S, PLENTY_S = 60.0, 0.25
"""Headers are looked at again after this long, where they said nothing, or that much is left."""
PLENTY, PLENTY_LEFT, SHORT = 0.2, 100, 0.02
"""Shares of a limit: with more than the first left (and so many), nothing is counted until the headers are looked at
again; with less than the last, others go first."""


class Bucket:
    """One unit of a stated limit, between two responses that tell of it."""

    __slots__ = ("_at", "_left", "_reset_s", "limit")

    def __init__(self, limit: float, left: float, reset_s: float, at: float) -> None:
        self.limit, self._left, self._reset_s, self._at = limit, left, reset_s, at

    def left(self, now: float) -> float:
        passed = now - self._at
        if passed >= self._reset_s:
            return self.limit
        return self._left + (self.limit - self._left) * passed / self._reset_s

    def used(self, count: float, now: float) -> None:
        self._left, self._reset_s, self._at = self.left(now) - count, max(1e-3, self._at + self._reset_s - now), now


class Quota:
    """What is known of one."""

    __slots__ = ("buckets", "held_until", "look_at", "pace", "plenty", "restless")

    def __init__(self) -> None:
        self.held_until = 0.0
        self.look_at = 0.0
        """Monotonic: until then headers are not read."""
        self.plenty = False
        """Is so much left that it need not be asked before `look_at`?"""
        self.restless = False
        """Was a limit ever stated for it, or hit? Of the others nothing is counted."""
        self.buckets: dict[str, Bucket] = {}
        self.pace: Pace | None = None

    def begun(self, now: float) -> None:
        """A call is sent on it."""
        if self.plenty and now < self.look_at:
            return
        if (requests := self.buckets.get("requests")) is not None:
            requests.used(1, now)
        if self.pace is not None:
            self.pace.begun(now)

    def limited(self, now: float, lately: Callable[[], float]) -> None:
        """A 429 came. lately: calls a second that it took; asked for the first one."""
        self.plenty = False
        if self.pace is None:
            self.pace = Pace(lately(), now)
        else:
            self.pace.refused(now)

    def short(self, now: float) -> str | None:
        """Why calls had better go elsewhere."""
        if self.plenty and now < self.look_at:
            return None
        for unit, bucket in self.buckets.items():
            if (left := bucket.left(now)) < max(1.0, SHORT * bucket.limit):
                return f"{max(0, int(left))} of {bucket.limit:.6g} {unit} left"
        if self.pace is not None:
            if self.pace.over(now):
                self.pace = None
            elif not self.pace.free(now):
                return f"it refused more than about {60 * self.pace.rate(now):.3g} calls a minute"
        return None


class Quotas:
    """All that anything is known of, by endpoint; endpoints of one quota share it."""

    __slots__ = ("_any", "_by_endpoint", "_by_key", "_catalog")

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._by_endpoint: dict[str, Quota] = {}
        self._by_key: dict[Any, Quota] = {}
        self._any = False
        """Is one of them restless?"""

    def heard(self, endpoint: Endpoint, status: int, headers: Headers, now: float, wall: float) -> None:
        """A response came: what it says of limits, unless that was looked at a moment ago."""
        quota = self._by_endpoint.get(endpoint.id)
        if quota is None:
            quota = self._of(endpoint)
        elif now < quota.look_at and status != RateLimited.status:
            return
        scarce, quota.plenty, quota.look_at = quota.pace is not None, False, now + SILENT_S
        for unit, said in read_allowances(headers, wall).items():
            if said.limit and said.remaining is not None and said.reset_s is not None:
                quota.buckets[unit] = Bucket(said.limit, said.remaining, said.reset_s, now)
                scarce = scarce or said.remaining < max(PLENTY * said.limit, PLENTY_LEFT)
                quota.plenty, quota.look_at = not scarce, now if scarce else now + PLENTY_S
                quota.restless = self._any = True

    def begun(self, endpoint: Endpoint, now: float) -> None:
        """A call is sent to it."""
        if (quota := self.known(endpoint)) is not None:
            quota.begun(now)

    def refused(self, endpoint: Endpoint, error: CrossroadsError, now: float, lately: Callable[[], float]) -> None:
        """An attempt failed: was it a limit, and does it say for how long? lately: see `Quota.limited`."""
        if error.code not in ("rate_limit_exceeded", "provider_overloaded"):
            return
        quota = self._of(endpoint)
        if error.retry_after_s is not None:
            quota.held_until = max(quota.held_until, now + min(error.retry_after_s, HOLD_MAX_S))
        if error.code == "rate_limit_exceeded":
            quota.limited(now, lately)
        quota.restless = self._any = True

    def known(self, endpoint: Endpoint) -> Quota | None:
        """None, where there is nothing to know."""
        if not self._any:
            return None
        quota = self._by_endpoint.get(endpoint.id) or self._of(endpoint)
        return quota if quota.restless else None

    def held_s(self, endpoint: Endpoint, now: float) -> float:
        """Seconds until this endpoint's quota may be used again."""
        quota = self.known(endpoint)
        return 0.0 if quota is None else max(0.0, quota.held_until - now)

    def short(self, endpoint: Endpoint, now: float) -> str | None:
        """Why it had better be spared."""
        quota = self.known(endpoint)
        return None if quota is None else quota.short(now)

    def _of(self, endpoint: Endpoint) -> Quota:
        if endpoint.account == BROUGHT:
            return Quota()  # of a caller's own account, which is another in every call
        quota = self._by_endpoint.get(endpoint.id)
        if quota is None:
            quota = self._by_key.setdefault(self._key(endpoint), Quota())
            self._by_endpoint[endpoint.id] = quota
        return quota

    def _key(self, endpoint: Endpoint) -> Any:
        instance = self._catalog.accounts.get(endpoint.provider)
        if instance is None or instance.secret is None:
            return endpoint.id
        return (instance.base_url, instance.auth_headers or instance.secret.reveal(), endpoint.upstream)
