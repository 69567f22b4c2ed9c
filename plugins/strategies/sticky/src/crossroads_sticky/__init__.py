"""One conversation stays with one endpoint, so that its provider's prompt cache is hit.

What names a conversation, `crossroads.conversation` says. Rendezvous hashing (Thaler and Ravishankar, IEEE/ACM ToN 6,
1998): each endpoint scores hash(conversation, endpoint), so that no memory is kept, every process agrees, and an
endpoint that goes moves only the conversations that it had. One that fails now goes behind. Without a conversation
there is no opinion: put another strategy next in `routing.strategies`.
"""

from __future__ import annotations

import hashlib

from crossroads.call import Call
from crossroads.conversation import conversation
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate

OUTAGE_S = 30.0


class Sticky:
    """See the module."""

    whole = True

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float] | None:
        """In [0, 1), minus 1 in an outage; None: no conversation is known."""
        key = conversation(call)
        if key is None:
            return None
        scores = []
        for candidate in candidates:
            mark = hashlib.blake2b(candidate.endpoint.id.encode(), key=key, digest_size=8).digest()
            stats = candidate.stats
            failing = stats.failed_at is not None and call.began - stats.failed_at < OUTAGE_S
            outage = failing and stats.failures > stats.successes
            scores.append(int.from_bytes(mark[:6], "big") / 2**48 - outage)
        return scores
