"""One attempt under way: whatever ends it, it ends once, with its outcome, its usage, its cost and its mark on health.

Plain code, no await: `with Running(...)` also holds when the caller hangs up or the task is cancelled in the middle.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from crossroads.call import Call, Lost
from crossroads.dialect import Relay
from crossroads.engine import meter
from crossroads.engine.attempts.insurance import FAILED
from crossroads.engine.health import observe
from crossroads.engine.installed.plugins import is_failure
from crossroads.errors import ConfigError, CrossroadsError, PluginError, UpstreamError
from crossroads.route import Attempt, Candidate, Endpoint, Route
from crossroads.types.usage import Cost, Usage

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange


class Running:
    """`with` it. A failure inside leaves as a CrossroadsError, whatever it was; a cancellation leaves as it is."""

    __slots__ = ("_probe", "_started", "_x", "attempt", "call", "candidate", "lost", "price", "relay")

    def __init__(self, call: Call, route: Route, candidate: Candidate, x: Exchange) -> None:
        self.call, self.candidate, self._x = call, candidate, x
        self._started = x.clock.monotonic()
        self._probe = False
        self.attempt = Attempt(f"{call.id}-{len(route.attempts) + 1}", candidate.endpoint, x.clock.time())
        self.price = Price(
            candidate.endpoint, self.attempt.started_at, known=candidate.endpoint.price_holds(call.stated)
        )
        self.relay: Relay | None = None
        """Of a stream: it knows what came, also of one that is cut."""
        self.lost: list[Lost] = []
        """What translation and quirks did to this attempt's request and reply."""
        call.attempt = self.attempt
        route.attempts.append(self.attempt)

    def delivered(self) -> None:
        """The first token, or the whole reply, is here and about to leave: from now on nobody else can take over."""
        self.attempt.first_token_s = self._x.clock.monotonic() - self._started
        self.serves()

    def serves(self) -> None:
        """What the call tells of its attempt is this one."""
        self.call.attempt, self.call.lost = self.attempt, self.lost

    def waive(self, why: str) -> None:
        """The caller shall not be charged for it."""
        self.attempt.waived = self.price.waived = why

    def __enter__(self) -> Running:
        self.candidate.stats.in_flight += 1
        self._probe = self._x.guard.begin(self.candidate.endpoint, self._started)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        attempt, x = self.attempt, self._x
        if raised is not None:
            if is_failure(raised):
                attempt.outcome = "failed" if attempt.first_token_s is None else "cut"
                attempt.error = self._failure(raised)
            elif attempt.outcome == "pending":  # the caller went away, or we are shutting down
                attempt.outcome = "cancelled"
        now = x.clock.monotonic()
        if attempt.error is not None and x.config.routing.insurance:
            self.waive(attempt.waived or FAILED)
        self.candidate.stats.in_flight -= 1
        attempt.seconds = now - self._started
        self._measure()
        observe(self.candidate.stats, attempt, now)
        x.guard.ended(attempt, self.candidate.stats, now, probe=self._probe)
        if x.guard.slots is not None:
            x.guard.slots.ended(attempt, now, stream=self.relay is not None)
        if attempt.error is not None and raised is not None:
            raise attempt.error from raised.__cause__

    def _failure(self, raised: BaseException) -> CrossroadsError:
        """What an attempt failed of. A broken plugin fails the attempt; another endpoint may do better."""
        if isinstance(raised, CrossroadsError) and not isinstance(raised, PluginError | ConfigError):
            return self._x.reporter.clean(raised)
        self._x.plugin_failed(self.candidate.endpoint.plugin, "attempt", raised)
        return UpstreamError(
            f"The plugin of provider {self.candidate.endpoint.provider} failed ({type(raised).__name__}).",
            remedy="Ask the operator of this gateway to look at its log.",
        )

    def _measure(self) -> None:
        attempt, relay = self.attempt, self.relay
        reported, seen_tokens = attempt.usage, 0
        if relay is not None:
            try:
                attempt.finish_reason, attempt.upstream_id = relay.finish_reason, relay.upstream_id
                reported, seen_tokens = relay.usage or reported, relay.seen_tokens
            except Exception as error:  # a dialect that can't even say that must not hide how the attempt ended
                self._x.plugin_failed(attempt.endpoint.plugin, "relay", error)
        if reported is not None and attempt.outcome != "ok":
            reported = meter.cut_short(reported, seen_tokens)
        attempt.usage = reported or meter.asked(attempt, self.call.opened.usage, seen_tokens)
        try:
            attempt.cost = None if attempt.usage is None else self.price(attempt.usage)
        except Exception as error:  # counts that are none, which nothing may hide behind
            self._x.plugin_failed(attempt.endpoint.plugin, "usage", error)
            attempt.usage = meter.asked(attempt, self.call.opened.usage, seen_tokens)
            attempt.cost = None if attempt.usage is None else self.price(attempt.usage)


class Price:
    """What a usage costs at one endpoint: told to the caller and recorded, computed once.

    at: when the attempt began, UTC seconds. known: do the endpoint's prices hold for this call? waived: why the caller
    is not charged; the cost is what it is, and says so.
    """

    __slots__ = ("_at", "_cost", "_endpoint", "_known", "_usage", "waived")

    def __init__(self, endpoint: Endpoint, at: float, *, known: bool = True) -> None:
        self._endpoint, self._at, self._known = endpoint, at, known
        self._usage: Usage | None = None
        self._cost = Cost(total_nano=None)
        self.waived: str | None = None

    def __call__(self, usage: Usage) -> Cost:
        if usage is not self._usage and self._known:
            self._usage, self._cost = usage, meter.price(self._endpoint, usage, self._at)
        return self._cost if self.waived is None else msgspec.structs.replace(self._cost, waived=True)
