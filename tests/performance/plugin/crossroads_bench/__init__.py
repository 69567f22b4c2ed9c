"""Plugins of the benchmark: the upstream as a provider, a policy that makes calls typed, a strategy of no opinion."""

from collections.abc import Sequence

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate


class ReadEveryRequest:
    """Asks for the validated request and says nothing: what a policy that reads the messages costs at least."""

    @hookimpl
    def policy_admit(self, call: Call) -> None:
        call.request()


class AnyWillDo:
    """In place of the default strategy where that is not installed."""

    @hookimpl
    def strategy_score(self, candidates: tuple[Candidate, ...]) -> Sequence[float]:
        return [0.0] * len(candidates)
