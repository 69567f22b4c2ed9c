"""Where a conversation's prompt is in a provider's cache, and how much of it, as far as its calls have shown.

After a call everything that went in counts as cached there, until a later one shows that it is not (neither read nor
written). Law: bounded memory; an entry lives as long as a provider's shortest usual cache, 5 minutes from its last use
(Anthropic, "Prompt caching", read 2026-11-25).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from crossroads.call import Call
from crossroads.conversation import conversation
from crossroads.route import Attempt
from crossroads.types.usage import Usage

KEPT = 10_000
"""Conversations, the longest unused of which goes."""
KEPT_S = 300.0


class Entry(NamedTuple):
    """began: of the call that left it, monotonic seconds."""

    endpoint: str
    tokens: int
    began: float


NOWHERE = ("", 0)


class Warm:
    """One per strategy."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Entry] = OrderedDict()

    def find(self, call: Call) -> tuple[str, int]:
        """The endpoint that holds this conversation, and how many tokens of it."""
        if not self._kept or (key := conversation(call)) is None:
            return NOWHERE
        entry = self._kept.get(key)
        return NOWHERE if entry is None or call.began - entry.began > KEPT_S else (entry.endpoint, entry.tokens)

    def settle(self, call: Call, usages: Sequence[tuple[Attempt, Usage]]) -> None:
        """A call is over."""
        served = [(attempt, usage) for attempt, usage in usages if attempt.outcome == "ok"]
        if not served:
            return
        attempt, usage = served[-1]
        endpoint = attempt.endpoint
        if endpoint.prices.cache_read is None or (key := conversation(call)) is None:
            return
        before = self._kept.pop(key, None)
        again = before is not None and before.endpoint == endpoint.id and call.began - before.began <= KEPT_S
        if again and not usage.cache_read_tokens and not usage.cache_write_tokens:
            self._kept[key] = Entry(endpoint.id, 0, call.began)
        else:
            self._kept[key] = Entry(endpoint.id, usage.prompt_tokens, call.began)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
