"""The modelled wire: a dialect whose requests say how many tokens go in and come out, and nothing else.

It stands in for the chat dialect in a simulated exchange, so that a call costs its planning and its dispatch, not the
reading of JSON that no model wrote. What went wrong upstream is read as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat import OpenAIChat

from crossroads.call import Opened
from crossroads.dialect import NO_PARAMS, Draft, Stamp
from crossroads.types.usage import Usage
from crossroads_simulate.arrival import Arrival

NAME = "openai-chat"
BYTES_PER_TOKEN = 4
MESSAGES = b'[{"role":"user","content":"?"}]'
BLANKS = memoryview(b" " * (4 << 20) + MESSAGES)
"""White space may stand before JSON: any length is a slice of this, and none is a copy."""


class Body(bytes):
    """What a client sends: the call itself."""

    arrival: Arrival


class Piece(bytes):
    """What an upstream sends."""

    usage: Usage | None = None


class Asked(Opened, kw_only=True):
    arrival: Arrival


class Modelled(OpenAIChat):
    """See the module."""

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        assert isinstance(body, Body)
        arrival = body.arrival
        size = min(len(BLANKS), max(len(MESSAGES), BYTES_PER_TOKEN * arrival.input_tokens))
        return Asked(
            fields={"messages": msgspec.Raw(BLANKS[-size:])},
            models=(arrival.model,),
            stream=True,
            max_output_tokens=arrival.max_tokens,
            session_id=arrival.session,
            arrival=arrival,
        )

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        assert isinstance(opened, Asked)
        arrival = opened.arrival
        said = {"in": arrival.input_tokens, "out": arrival.output_tokens, "session": arrival.session}
        return Draft(document=said, url=url)

    def relay_stream(self, stamp: Stamp) -> Any:
        return _Relay()


class _Relay:
    """The first piece is the first token; a later one says what was used."""

    finish_reason, upstream_id = "stop", None

    def __init__(self) -> None:
        self.started = False
        self.usage: Usage | None = None
        self.seen_tokens = 0

    def feed(self, data: bytes) -> bytes:
        self.seen_tokens += 1
        self.usage = getattr(data, "usage", None)
        if self.started:
            return b""  # the client is only told of the first token and of the end
        self.started = True
        return data

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        return b"."
