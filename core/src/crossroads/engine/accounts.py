"""Several keys of one provider: each has endpoints, health, quota and connections of its own, beside the provider's.

    rank   keys before the provider's own, by `priority`; the own one (0); keys that are its fallback, by `priority`

That order goes before the caller's `order` and every strategy; a strategy sees each offer once, however many keys of
one rank there are for it: which of them is drawn by their weights.
Law: whose keys there are is nobody else's business: a key that is not for this caller leaves no word in its route.
Source of the order: OpenRouter, "Bring your own key", read 2026-11-24.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from crossroads.call import Call
from crossroads.config import StoredKey
from crossroads.conversation import conversation
from crossroads.errors import ConfigError
from crossroads.route import ACCOUNT, Candidate, Endpoint, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.catalog import Instance
    from crossroads.engine.exchange import Exchange

BEFORE = -1_000_000
"""Rank of a key with priority 0; the provider's own has 0."""
MINUTE_S = 60.0

Offer = tuple[str, str, str | None]


def offer_of(endpoint: Endpoint) -> Offer:
    """What is the same whoever's key it is called with."""
    return endpoint.provider.partition(ACCOUNT)[0], endpoint.upstream, endpoint.tag


def rank_of(key: StoredKey) -> int:
    return key.priority + (1 if key.fallback else BEFORE)


def named_key(name: str, key: StoredKey) -> str:
    """The name of the instance that calls with it."""
    return f"{name}{ACCOUNT}{key.name}"


def check_keys(keys: Iterable[StoredKey], *, file: str, at: str) -> None:
    """Raises ConfigError: a name stands twice."""
    seen: set[str] = set()
    for number, key in enumerate(keys):
        if key.name in seen:
            raise ConfigError(
                "stands twice.", file=file, field=f"{at}.keys[{number}].name", value=key.name, remedy="Rename one."
            )
        seen.add(key.name)


def endpoints_of(key: StoredKey, own: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """The provider's, as far as the key is for their models."""
    found = []
    for endpoint in own:
        if key.models and not any(fnmatchcase(endpoint.model, pattern) for pattern in key.models):
            continue
        provider = named_key(endpoint.provider, key)
        id = provider + endpoint.id.removeprefix(endpoint.provider)
        found.append(msgspec.structs.replace(endpoint, id=id, provider=provider, account=key.name, rank=rank_of(key)))
    return tuple(found)


def callable_without(instance: Instance) -> bool:
    """May the provider's own endpoints be tried, where it has further keys?"""
    auth = instance.manifest.auth
    return not instance.config.keys or instance.secret is not None or auth.optional or auth.scheme == "none"


def usable(call: Call, candidates: Sequence[Candidate], x: Exchange, route: Route) -> set[int]:
    """Identities of those whose key this call may use now."""
    kept: set[int] = set()
    bound: dict[Offer, str] = {}
    own: list[Candidate] = []
    for candidate in candidates:
        endpoint = candidate.endpoint
        if endpoint.account is None:
            own.append(candidate)
            continue
        key = x.catalog.accounts[endpoint.provider].key
        assert key is not None, "an account has its key"
        if not _is_for(call, key):
            continue
        if key.required:
            bound[offer_of(endpoint)] = key.name
        if (why := over_limit(endpoint, x)) is None:
            kept.add(id(candidate))
            text = f"key {key.name}, {'behind' if key.fallback else 'before'} the provider's own"
            route.reasons.append(Reason("rank", "keys", text, endpoint.id))
        else:
            route.reasons.append(Reason("plan", "keys", why, endpoint.id, dropped=True))
    for candidate in own:
        if (name := bound.get(offer_of(candidate.endpoint))) is None:
            kept.add(id(candidate))
        else:
            text = f"key {name} is required for it"
            route.reasons.append(Reason("plan", "keys", text, candidate.endpoint.id, dropped=True))
    return kept


def without_others(call: Call, reasons: Sequence[Reason], x: Exchange) -> tuple[Reason, ...]:
    """Without a word on keys that are not for this caller."""
    found = [x.catalog.accounts.get((reason.endpoint or "").partition("/")[0]) for reason in reasons]
    keys = [None if instance is None else instance.key for instance in found]
    return tuple(reason for reason, key in zip(reasons, keys, strict=True) if key is None or _is_for(call, key))


def _is_for(call: Call, key: StoredKey) -> bool:
    return not key.callers or call.principal.name in key.callers or call.principal.key_id in key.callers


def one_each(call: Call, candidates: Sequence[Candidate], x: Exchange) -> dict[int, list[Candidate]]:
    """Of keys of one rank: identity of the first for each offer -> all of them, drawn by weight without replacement.

    A conversation always draws the same: a provider's prompt cache is one of its key.
    """
    offers: dict[Offer, list[tuple[float, Candidate]]] = {}
    talk = conversation(call) if len(candidates) > 1 else None
    for candidate in candidates:
        key = x.catalog.accounts[candidate.endpoint.provider].key
        weight = 1.0 if key is None else key.weight
        drawn = math.log(1.0 - (call.random.random() if talk is None else _share(talk, candidate))) / weight
        offers.setdefault(offer_of(candidate.endpoint), []).append((drawn, candidate))
    found = {}
    for drawn_ones in offers.values():
        drawn_ones.sort(key=lambda pair: -pair[0])
        found[id(drawn_ones[0][1])] = [candidate for _, candidate in drawn_ones]
    return found


def _share(talk: bytes, candidate: Candidate) -> float:
    """In [0, 1), the same for one conversation and one key."""
    mark = hashlib.blake2b(candidate.endpoint.id.encode(), key=talk, digest_size=6).digest()
    return int.from_bytes(mark, "big") / 2.0**48


def over_limit(endpoint: Endpoint, x: Exchange) -> str | None:
    """Which of its own limits the endpoint's key has reached."""
    instance = x.catalog.accounts.get(endpoint.provider)
    key = None if instance is None else instance.key
    if key is None or (key.requests_per_minute is None and key.max_concurrent is None):
        return None
    stats = [x.catalog.stats[one.id] for one in x.catalog.accounts[endpoint.provider].endpoints]
    under_way = sum(one.in_flight for one in stats)
    if key.max_concurrent is not None and under_way >= key.max_concurrent:
        return f"its key takes {key.max_concurrent} calls at once"
    if key.requests_per_minute is not None:
        minute = int(x.clock.monotonic() // MINUTE_S)
        ended = sum(sum(one.minutes.counts.get(minute, (0, 0))) for one in stats)
        if ended + under_way >= key.requests_per_minute:
            return f"its key takes {key.requests_per_minute} calls a minute"
    return None
