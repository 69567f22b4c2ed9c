"""What dialects of `count_tokens` share: a reply is one number, nothing is billed, and it can be guessed."""

from __future__ import annotations

from typing import Any

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.types.usage import Usage

FREE = Usage()
"""What a count uses."""


class CountsTokens:
    """A member stands before the chat dialect whose requests it counts, and says how a reply is written."""

    def count_of(self, body: bytes) -> int:
        """Tokens, of a provider's reply. Raises BadUpstream."""
        raise NotImplementedError

    def said(self, tokens: int) -> Document:
        """A reply of this format."""
        raise NotImplementedError

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        """See `Dialect.relay_response`. Nothing in it is ours to touch."""
        self.count_of(body)
        return Reply(body=body, usage=FREE)

    def decode_response(self, body: bytes) -> Reply:
        """See `Dialect.decode_response`."""
        return Reply(document={"input_tokens": self.count_of(body)}, usage=FREE)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        """See `Dialect.encode_response`."""
        return jsonbody.encode(self.said((reply.document or {}).get("input_tokens", 0)))

    def estimate(self, request: Any) -> bytes:
        """See `crossroads.types.tokencount`."""
        from crossroads.types.tokencount import estimate

        return jsonbody.encode(self.said(estimate(request)))
