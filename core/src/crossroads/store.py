"""What keeps state: the Protocol of a store (entry-point group `crossroads.stores`).

The core's own `MemoryStore` keeps a bounded window; a store plugin makes it last and shares it between replicas.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

import msgspec

from crossroads.events import Generation

GENERATIONS_MAX = 10_000
KEY_ID_HEX = 64
DAY_S = 86_400
USAGE_DAYS = 31
"""A whole month: what `/key` shows per day, week and month is summed from these."""

_decode = msgspec.msgpack.Decoder(Generation).decode


class KeyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is stored. hash: SHA-256 hex of the whole key; nothing stored opens anything (SEC-1)."""

    hash: str
    name: str
    label: str = ""
    """The masked form that may be shown, e.g. `sk-cr-v1-abc...123`."""
    disabled: bool = False


class KeyUsage(msgspec.Struct, kw_only=True):
    """What a key has spent since the store began, in nano-dollars, and how many calls it made."""

    spent_nano: int = 0
    requests: int = 0
    unpriced: int = 0
    """Attempts whose price is unknown: they are missing in `spent_nano`, and this says so."""
    by_day: dict[int, int] = msgspec.field(default_factory=dict)
    """Nano-dollars by UTC day (whole days since the epoch) in which the calls came in; at least USAGE_DAYS of them."""


class Store(Protocol):
    """Reads are on the request path: answer from memory, or in well under a millisecond."""

    async def find_key(self, key_hash: str) -> KeyRecord | None:
        """By the full digest of the whole credential, and nothing else (SEC-2)."""
        ...

    async def has_keys(self) -> bool:
        """Was a key ever created? Then every caller needs one."""
        ...

    async def record(self, generation: Generation) -> None:
        """A settled generation. Again with the same id changes nothing (MONEY-3)."""
        ...

    async def find_generation(self, id: str, key_id: str | None) -> Generation | None:
        """One of this caller's own; another's id is like an unknown id (TENANT-1)."""
        ...

    async def usage(self, key_id: str | None) -> KeyUsage: ...

    async def aclose(self) -> None: ...


class MemoryStore:
    """The embedded default: the last GENERATIONS_MAX generations, and the keys of the configuration."""

    def __init__(self, keys: tuple[KeyRecord, ...] = (), generations_max: int = GENERATIONS_MAX) -> None:
        self._keys = {key.hash: key for key in keys}
        self._max = generations_max
        self._generations: OrderedDict[str, bytes] = OrderedDict()
        """Encoded: thousands of structs would cost every call 15 us in cache misses and collections."""
        self._usage: dict[str | None, KeyUsage] = {}

    async def find_key(self, key_hash: str) -> KeyRecord | None:
        return self._keys.get(key_hash)

    async def has_keys(self) -> bool:
        return bool(self._keys)

    async def record(self, generation: Generation) -> None:
        if generation.id in self._generations:
            return
        self._generations[generation.id] = msgspec.msgpack.encode(generation)
        while len(self._generations) > self._max:
            self._generations.popitem(last=False)
        usage = self._usage.setdefault(generation.key_id, KeyUsage())
        usage.requests += 1
        spent = 0
        for attempt in generation.attempts:
            if attempt.charged_nano is not None:
                spent += attempt.charged_nano
            elif attempt.usage is not None:
                usage.unpriced += 1
        usage.spent_nano += spent
        day = int(generation.received_at // DAY_S)
        usage.by_day[day] = usage.by_day.get(day, 0) + spent
        while len(usage.by_day) > USAGE_DAYS:
            del usage.by_day[min(usage.by_day)]

    async def find_generation(self, id: str, key_id: str | None) -> Generation | None:
        encoded = self._generations.get(id)
        found = None if encoded is None else _decode(encoded)
        return found if found is not None and found.key_id == key_id else None

    def generations(self) -> list[Generation]:
        """What is kept, oldest first."""
        return list(map(_decode, self._generations.values()))

    async def usage(self, key_id: str | None) -> KeyUsage:
        return self._usage.get(key_id) or KeyUsage()

    async def aclose(self) -> None:
        return None
