"""Keys that a caller brings for one call (`Caller.provider_keys`): its provider's endpoints are tried with them first.

Such an endpoint is the provider's, with an account of its own (`acme#*/model`), before every stored key and `order`.
Laws: the key goes to the hosts of its provider and nowhere else, is never kept, and is redacted from whatever is told
while the call runs; what a provider says of the account behind it (unknown, empty, limited) holds for nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from crossroads.call import Call
from crossroads.config import Secret
from crossroads.errors import CrossroadsError
from crossroads.route import ACCOUNT, Candidate, Endpoint, EndpointStats

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

BROUGHT = "*"
"""Name of the account of a brought key; no stored key may have it."""
BROUGHT_RANK = -2_000_000
OF_THE_ACCOUNT = frozenset({"authentication", "permission_denied", "payment_required", "rate_limit_exceeded"})
"""Codes of errors that speak of who calls, and not of the endpoint."""
UNSUITED = ("code", "none")
"""Ways of authentication for which a key alone is not enough, or no use."""

Groups = Sequence[tuple[tuple[Candidate, ...], str | None]]


class RequestKeys:
    """One per exchange: the endpoints of brought keys, made on first use, at most one for each endpoint."""

    def __init__(self) -> None:
        self._made: dict[str, Candidate] = {}

    def groups(self, call: Call, groups: Groups, x: Exchange) -> Groups:
        """With a group of them before the first of each model."""
        brought: dict[str, list[Candidate]] = {}
        for candidates, _ in groups:
            for candidate in candidates:
                endpoint = candidate.endpoint
                if endpoint.account is None and key_for(call, endpoint) is not None and _suits(endpoint, x):
                    brought.setdefault(endpoint.model, []).append(self._of(endpoint))
        found = []
        for candidates, sort in groups:
            if candidates and (first := brought.pop(candidates[0].endpoint.model, None)):
                found.append((tuple(first), sort))
            found.append((candidates, sort))
        return found

    def _of(self, endpoint: Endpoint) -> Candidate:
        made = self._made.get(endpoint.id)
        if made is None:
            id = f"{endpoint.provider}{ACCOUNT}{BROUGHT}{endpoint.id.removeprefix(endpoint.provider)}"
            own = msgspec.structs.replace(endpoint, id=id, account=BROUGHT, rank=BROUGHT_RANK)
            made = self._made[endpoint.id] = Candidate(own, EndpointStats())
        return made


def key_for(call: Call, endpoint: Endpoint) -> Secret | None:
    """The key that the caller brought for this endpoint's provider, by the name of its instance or of its plugin."""
    keys = call.caller.provider_keys
    return keys.get(endpoint.provider) or keys.get(endpoint.plugin)


def of_the_account(endpoint: Endpoint, error: CrossroadsError | None) -> bool:
    """Does the error speak of a brought key, and not of the endpoint?"""
    return endpoint.account == BROUGHT and error is not None and error.code in OF_THE_ACCOUNT


def _suits(endpoint: Endpoint, x: Exchange) -> bool:
    return x.catalog.accounts[endpoint.provider].manifest.auth.scheme not in UNSUITED
