"""One call that arrives, of a scenario or of a log."""

from __future__ import annotations

import msgspec

ARRIVALS_MAX = 5_000_000


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a traffic log (JSON Lines); further fields of a log are ignored."""

    at_s: float
    input_tokens: int = 500
    output_tokens: int = 200
    max_tokens: int | None = None
    key: str = "default"
    session: str | None = None
    model: str = ""
    """Absent: the scenario's."""
