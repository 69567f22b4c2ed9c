"""The benchmark's own plugins: the upstream as a provider, and a policy that makes every call typed."""

from crossroads.call import Call
from crossroads.hookspecs import hookimpl


class ReadEveryRequest:
    """Asks for the validated request and says nothing: what a policy that reads the messages costs at least."""

    @hookimpl
    def policy_admit(self, call: Call) -> None:
        call.request()
