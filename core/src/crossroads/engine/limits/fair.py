"""A bounded queue that serves keys in turn, whatever each of them has in it. No I/O, no clock.

Laws: one key's crowd delays another by one turn, not by its length (TENANT-4); at the bound it is the longest crowd's
newest that makes room for a smaller one; who leaves is gone at once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from crossroads.route import Candidate

Key = str


class Waiter:
    """One call that waits for a place at any of these endpoints."""

    __slots__ = ("candidates", "future", "key", "since")

    def __init__(self, key: Key, candidates: Mapping[str, Candidate], since: float) -> None:
        self.key, self.candidates, self.since = key, candidates, since
        self.future: asyncio.Future[Candidate] = asyncio.get_running_loop().create_future()


class FairQueue:
    """At most `bound` waiters."""

    __slots__ = ("_bound", "_by_key", "size")

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._by_key: OrderedDict[Key, list[Waiter]] = OrderedDict()
        """The first key is the next to be served."""
        self.size = 0

    def crowd(self, key: Key) -> int:
        """How many of this key wait."""
        return len(self._by_key.get(key, ()))

    def ahead(self, key: Key, endpoints: Mapping[str, object]) -> int:
        """How many of those who wait for any of these are served before a new one of this key."""
        rivals = {
            other: sum(not endpoints.keys().isdisjoint(waiter.candidates) for waiter in waiting)
            for other, waiting in self._by_key.items()
        }
        mine = rivals.pop(key, 0)
        return mine + sum(min(count, mine + 1) for count in rivals.values())

    def crowds(self, key: Key) -> bool:
        """Does this key wait more often than any other, of several?"""
        return len(self._by_key) > 1 and self.crowd(key) >= max(map(len, self._by_key.values()))

    def push(self, waiter: Waiter) -> Waiter | None:
        """Who can't wait: None, the newest of a larger crowd, or this one itself."""
        if self.size >= self._bound:
            crowd = max(self._by_key.values(), key=len, default=[])
            if len(crowd) <= self.crowd(waiter.key) + 1:
                return waiter
            gone = crowd[-1]
            self.remove(gone)
            self._append(waiter)
            return gone
        self._append(waiter)
        return None

    def pop(self, endpoint: str) -> Waiter | None:
        """The next by turns that waits for this endpoint; its key goes to the end of the round."""
        for key, waiting in self._by_key.items():
            for waiter in waiting:
                if endpoint in waiter.candidates:
                    self.remove(waiter)
                    if key in self._by_key:
                        self._by_key.move_to_end(key)
                    return waiter
        return None

    def remove(self, waiter: Waiter) -> None:
        """It leaves, if it is still here."""
        waiting = self._by_key.get(waiter.key, [])
        if waiter in waiting:
            waiting.remove(waiter)
            self.size -= 1
            if not waiting:
                del self._by_key[waiter.key]

    def _append(self, waiter: Waiter) -> None:
        self._by_key.setdefault(waiter.key, []).append(waiter)
        self.size += 1
