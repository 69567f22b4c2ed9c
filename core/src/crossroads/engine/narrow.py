"""Soft filters: they prefer endpoints that can surely do what is asked, and never leave a model without any.

Law: a stage that would drop everybody drops nobody; the provider's own answer is better than our guess.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from crossroads.call import Call
from crossroads.route import Candidate, Endpoint, Reason, Route

SOFT = frozenset({"tools", "response_format", "verbosity"})
"""Parameters whose support narrows the choice even without `require_parameters`."""
BYTES_PER_TOKEN_MOST = 8
"""No text in use has more bytes to a token: so an estimate drops only what is sure to overflow."""
MEDIA = (b"base64", b"inlineData", b"inline_data", b'"data"')
"""Marks of media, whose bytes say nothing about tokens."""


def narrow(call: Call, candidates: list[Candidate], route: Route) -> tuple[Candidate, ...]:
    """Those who support the soft parameters, and whose context holds the prompt."""
    wanted = SOFT & call.opened.parameters
    if wanted:

        def lacks(endpoint: Endpoint) -> str | None:
            missing = wanted.difference(endpoint.supported_parameters or wanted)
            return f"others support {', '.join(sorted(missing))}" if missing else None

        candidates = _without(candidates, lacks, route)
    smallest = min((c.endpoint.context_tokens or 0 for c in candidates if c.endpoint.context_tokens), default=None)
    if smallest is None:
        return tuple(candidates)
    tokens = least_tokens(call, over=smallest)
    if tokens > smallest:
        candidates = _without(candidates, lambda e: _overflow(e, tokens), route)
    return tuple(candidates)


def least_tokens(call: Call, *, over: int = 0) -> int:
    """A prompt of this size has at least so many tokens; 0 where it holds media (looked for only over `over`)."""
    raws = [raw for raw in call.opened.fields.values() if type(raw) is msgspec.Raw]
    tokens = sum([len(memoryview(raw)) for raw in raws]) // BYTES_PER_TOKEN_MOST
    if tokens > over and any(mark in bytes(raw) for raw in raws for mark in MEDIA):
        return 0
    return tokens


def _overflow(endpoint: Endpoint, tokens: int) -> str | None:
    held = endpoint.context_tokens
    return None if held is None or held >= tokens else f"holds {held} tokens, at least {tokens} are sent"


def _without(candidates: list[Candidate], why: Callable[[Endpoint], str | None], route: Route) -> list[Candidate]:
    found = [(candidate, why(candidate.endpoint)) for candidate in candidates]
    kept = [candidate for candidate, text in found if text is None]
    if not kept:
        return candidates
    for candidate, text in found:
        if text is not None:
            route.reasons.append(Reason("plan", "narrow", text, candidate.endpoint.id, dropped=True))
    return kept
