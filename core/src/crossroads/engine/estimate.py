"""A reply made here, where no endpoint is left to ask and the dialect knows how to guess (token counts).

Law: it says so. `x-crossroads-quality: estimated` stands on every such reply; nothing is sent, so nothing is billed.
"""

from __future__ import annotations

from crossroads.call import Call, Head

ESTIMATED = (b"x-crossroads-quality", b"estimated")


def estimated(call: Call) -> tuple[Head, bytes] | None:
    """The whole reply, or None: this dialect does not estimate. Raises BadRequest."""
    if not call.dialect.estimates:
        return None
    body = call.dialect.estimate(call.request())
    call.estimated = True
    headers = (
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-generation-id", call.id.encode()),
        ESTIMATED,
    )
    return Head(200, headers), body
