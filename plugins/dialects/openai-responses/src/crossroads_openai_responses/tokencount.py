"""`POST /responses/input_tokens`: a Responses request, of which the tokens are counted and nothing is answered.

Law: what is counted is what would be sent; fields that only say how to answer are left out where the request was
translated, and go out as they came where a client of this format wrote it.
Source: OpenAI API reference, "Get input token counts", and openai 3.57 (resources/responses/input_tokens.py), read
2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.reply import broken, whole

from crossroads.call import Opened
from crossroads.counting import CountsTokens
from crossroads.dialect import NO_PARAMS, Document, Draft
from crossroads_openai_responses.dialect import OpenAIResponses
from crossroads_openai_responses.turns import DIALECT

COUNTED = frozenset(
    {"input", "instructions", "model", "parallel_tool_calls", "reasoning", "text", "tool_choice", "tools", "truncation"}
)
"""What the counter takes of what we write."""
OBJECT = "response.input_tokens"


class OpenAICountTokens(CountsTokens, OpenAIResponses):
    """See `OpenAIResponses`; never streamed."""

    name = "openai-count-tokens"
    operation = "count_tokens"
    estimates = True
    paths: tuple[str, ...] = ("/responses/input_tokens",)
    upstream_path = "/responses/input_tokens"

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        opened = super().open(body, params)
        opened.stream, opened.max_output_tokens = False, None
        return opened

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return _counted(super().splice_request(opened, url=url, upstream=upstream), opened.fields.keys())

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=False)
        born_here = DIALECT in (getattr(request, "native", None) or {})
        return _counted(draft, draft.document.keys() - {"store"} if born_here else ())

    def count_of(self, body: bytes) -> int:
        count = whole(body).get("input_tokens")
        if type(count) is not int or count < 0:
            raise broken("the provider sent something that is no count of tokens.")
        return count

    def said(self, tokens: int) -> Document:
        return {"object": OBJECT, "input_tokens": tokens}


def _counted(draft: Draft, own: Any) -> Draft:
    """own: fields that the client itself sent, which stay."""
    kept = COUNTED | (set(own) - {"stream"})
    draft.document = {name: value for name, value in draft.document.items() if name in kept}
    draft.lost = [one for one in draft.lost if one.field.split(".")[0] in {*draft.document, "messages", "prompt"}]
    return draft
