"""`POST /messages/count_tokens`: a Messages request, of which the tokens are counted and nothing is answered.

Law: what is counted is what would be sent; fields that only say how to answer are left out where the request was
translated, and go out as they came where a client of Anthropic's wrote it.
Source: Anthropic API reference, "Count tokens in a Message", and `anthropic` 2.12 (its parameters),
read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from crossroads.call import Opened
from crossroads.counting import CountsTokens
from crossroads.dialect import NO_PARAMS, Document, Draft
from crossroads.errors import BadUpstream
from crossroads.jsonbody import MALFORMED
from crossroads.original import written_in
from crossroads_anthropic_messages import encode
from crossroads_anthropic_messages.dialect import AnthropicMessages

COUNTED = frozenset(
    {
        "cache_control", "context_management", "mcp_servers", "messages", "model", "output_config", "output_format",
        "system", "thinking", "tool_choice", "tools",
    }
)  # fmt: skip
"""What the counter takes of what we write."""


class AnthropicCountTokens(CountsTokens, AnthropicMessages):
    """See `AnthropicMessages`; never streamed."""

    name = "anthropic-count-tokens"
    operation = "count_tokens"
    estimates = True
    paths = ("/messages/count_tokens",)
    upstream_path = "/messages/count_tokens"

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        opened = super().open(body, params)
        opened.stream, opened.max_output_tokens = False, None
        return opened

    def decode_request(self, opened: Opened) -> Any:
        request = super().decode_request(opened)
        request.keep(request.original._replace(dialect=self.name))
        return request

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return _counted(super().splice_request(opened, url=url, upstream=upstream), opened.fields)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = encode.encode_request(request, url=url, upstream=upstream, stream=False, dialect=self.name)
        return _counted(draft, written_in(request, self.name) or {})

    def count_of(self, body: bytes) -> int:
        try:
            told = msgspec.json.decode(body)
        except MALFORMED:
            told = None
        count = told.get("input_tokens") if isinstance(told, dict) else None
        if type(count) is not int or count < 0:
            raise BadUpstream(
                "the provider sent something that is no count of tokens.",
                remedy="Retry, or let other providers serve the call.",
            )
        return count

    def said(self, tokens: int) -> Document:
        return {"input_tokens": tokens}


def _counted(draft: Draft, own: Mapping[str, Any]) -> Draft:
    """own: fields that the client itself sent, which stay."""
    draft.document = {name: v for name, v in draft.document.items() if name in COUNTED or name in own}
    draft.lost = [one for one in draft.lost if one.field.split(".")[0] in draft.document]
    return draft
