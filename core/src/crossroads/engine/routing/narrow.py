"""Soft filters: they prefer endpoints that can surely do what is asked, and never leave a model without any.

Law: a stage that would drop everybody drops nobody; the provider's own answer is better than our guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from crossroads.call import Call
from crossroads.route import Candidate, Endpoint, Reason

SOFT = frozenset({"tools", "response_format", "verbosity"})
"""Parameters whose support narrows the choice even without `require_parameters`."""
BYTES_PER_TOKEN_MOST = 8
"""No text in use has more bytes to a token: so an estimate drops only what is sure to overflow."""
MEDIA = (b"base64", b"inlineData", b"inline_data", b'"data"')
"""Marks of media, whose bytes say nothing about tokens."""


def supported(call: Call, candidates: list[Candidate], left_out: list[Reason]) -> list[Candidate]:
    """Those who support the soft parameters."""
    wanted = SOFT & call.opened.parameters
    if not wanted:
        return candidates

    def lacks(endpoint: Endpoint) -> str | None:
        missing = wanted.difference(endpoint.supported_parameters or wanted)
        return f"others support {', '.join(sorted(missing))}" if missing else None

    return _without(candidates, lacks, left_out)


def roomy(candidates: Sequence[Candidate], tokens: int, left_out: list[Reason]) -> list[Candidate]:
    """Of each model those whose context holds the prompt."""
    models: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        models.setdefault(candidate.endpoint.model, []).append(candidate)
    return [
        candidate
        for offered in models.values()
        for candidate in _without(offered, lambda endpoint: _overflow(endpoint, tokens), left_out)
    ]


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


def _without(
    candidates: list[Candidate], why: Callable[[Endpoint], str | None], left_out: list[Reason]
) -> list[Candidate]:
    found = [(candidate, why(candidate.endpoint)) for candidate in candidates]
    kept = [candidate for candidate, text in found if text is None]
    if not kept:
        return candidates
    for candidate, text in found:
        if text is not None:
            left_out.append(Reason("plan", "narrow", text, candidate.endpoint.id, dropped=True))
    return kept
