"""One conversation stays with one endpoint, so that its provider's prompt cache is hit.

A conversation is known by `session_id`, else `prompt_cache_key`, else its opening: the messages up to the first that is
neither system nor developer. Rendezvous hashing (Thaler and Ravishankar, IEEE/ACM ToN 6, 1998): each endpoint scores
hash(conversation, endpoint), so that no memory is kept, every process agrees, and an endpoint that goes moves only the
conversations that it had. One that fails now goes behind. Without a conversation there is no opinion: put another
strategy next in `routing.strategies`.
Source of the keys' order: OpenRouter, "Prompt caching", sticky routing, read 2026-11-24.
"""

from __future__ import annotations

import hashlib

import msgspec

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate

OUTAGE_S = 30.0
SKIPPED = ("system", "developer")


class Opening(msgspec.Struct):
    """Of a message, what tells an opening's end."""

    role: str = ""


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


def conversation(call: Call) -> bytes | None:
    """A digest of what names the conversation, apart by caller; None: nothing does."""
    fields = call.opened.fields
    named = call.opened.session_id
    if named:
        told = named.encode()
    elif isinstance(stated := fields.get("prompt_cache_key"), msgspec.Raw) and bytes(stated) != b"null":
        told = bytes(stated)
    else:
        told = _opening(fields.get("system"), fields.get("messages"))
    if not told:
        return None
    return hashlib.blake2b(told, key=(call.principal.key_id or "").encode()[:64], digest_size=32).digest()


def _opening(system: object, messages: object) -> bytes:
    if not isinstance(messages, msgspec.Raw):
        return b""
    told = [bytes(system)] if isinstance(system, msgspec.Raw) else []
    try:
        for raw in msgspec.json.decode(messages, type=list[msgspec.Raw]):
            told.append(bytes(raw))
            if msgspec.json.decode(raw, type=Opening).role not in SKIPPED:
                break
    except (ValueError, RecursionError):  # not for a strategy to judge
        return b""
    return b"".join(told)
