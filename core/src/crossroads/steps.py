"""What a dialect adds where one call takes several requests: upload, submit, ask until it is done.

The client sees one call. After each answer the engine asks `step` what follows, sends it with the provider's key to the
manifest's hosts and nowhere else, and takes the last answer as the reply (bounds: `crossroads.engine.attempts.steps`).
Jobs that the client itself polls are another thing: `crossroads.jobs`.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from crossroads.dialect import Dialect
from crossroads.wire import Headers


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The next request. body None: a GET. after_s: not before so many seconds have passed.

    bare: without the provider's key, for an address that carries its own (a signed URL).
    told_at: what `step` is told as `url` from this answer on, instead of the endpoint's: where a job stands whose
    answers do not name it.
    """

    url: str
    body: bytes | None = None
    headers: Headers = ()
    after_s: float = 0.0
    bare: bool = False
    told_at: str | None = None


class SteppedDialect(Dialect, Protocol):
    """States `takes_steps = True`; `encode_request` makes the first request, `decode_response` reads the last reply."""

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """What follows on this answer; None: it is the reply. request: the canonical one; url: the endpoint's, or
        what a step before said (`Step.told_at`).

        Raises BadUpstream: the answer is none of this format; UpstreamRefused: what was begun has failed.
        """
        ...
