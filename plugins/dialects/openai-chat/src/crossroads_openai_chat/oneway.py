"""What a format needs that is an upstream's only: no client of ours speaks it, so nothing of it is ever spliced."""

from __future__ import annotations

from typing import Any

from crossroads.call import Opened
from crossroads.dialect import Draft, Reply, Stamp


class OneWay:
    """Stands before the format that its clients write; a member brings `encode_request` and `decode_response`."""

    paths: tuple[str, ...] = ()

    def splice_request(self: Any, opened: Opened, *, url: str, upstream: str) -> Draft:
        """See `crossroads.dialect.Dialect`."""
        request = self.decode_request(opened)
        draft: Draft = self.encode_request(request, url=url, upstream=upstream, stream=opened.stream)
        return draft

    def relay_response(self: Any, body: bytes, stamp: Stamp) -> Reply:
        """See `crossroads.dialect.Dialect`."""
        reply: Reply = self.decode_response(body)
        reply.body = self.encode_response(reply, stamp)
        return reply
