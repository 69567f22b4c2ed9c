"""CountTokens: a Converse or an InvokeModel request, of which the tokens are counted and nothing is answered.

What a client of Bedrock's wrote, and nobody changed, goes out as it came; any other request is counted as Converse
would send it.
Source: Amazon Bedrock API reference, "CountTokens"; botocore 1.43 (service model bedrock-runtime); read 2026-11-25.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_bedrock_converse import BedrockConverse
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.request import ROUTER_ONLY, plain

from crossroads import jsonbody
from crossroads.call import Opened
from crossroads.counting import CountsTokens
from crossroads.dialect import NO_PARAMS, Document, Draft
from crossroads.errors import BadRequest
from crossroads.original import Original, written_in
from crossroads_bedrock_invoke import bodies

Json = dict[str, Any]
PATH = "/model/{model}/count-tokens"
COUNTED = ("messages", "system", "toolConfig", "additionalModelRequestFields")
"""What the counter takes of a Converse request."""
KINDS = ("converse", "invokeModel")
HEADERS = ((b"content-type", b"application/json"), (b"accept", b"application/json"))


class BedrockCountTokens(CountsTokens, BedrockConverse):
    """See `BedrockConverse`; never streamed."""

    name = "bedrock-count-tokens"
    operation = "count_tokens"
    estimates = True
    paths: tuple[str, ...] = (PATH,)
    upstream_path = "/model/{upstream}/count-tokens"

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        asked = plain(fields.get("input"))
        kind = next((name for name in KINDS if isinstance(asked, dict) and isinstance(asked.get(name), dict)), None)
        if kind is None:
            remedy = "Send `input.converse` or `input.invokeModel`."
            raise BadRequest("it holds no request.", remedy=remedy, field="input")
        if kind == "converse":
            opened = super().open(jsonbody.encode({"messages": [], **asked[kind]}), params)
        else:
            inner = _body(asked[kind].get("body"))
            named = params.get("model") or ""
            opened = bodies.of_body(jsonbody.open_document(inner), named).open(inner)
            opened.models = (named,) if named else ()
        opened.fields, opened.form = fields, kind
        opened.stream, opened.max_output_tokens = False, None
        return opened

    def decode_request(self, opened: Opened) -> Any:
        document: Json = {name: plain(value) for name, value in opened.fields.items() if name not in ROUTER_ONLY}
        request = _decoded(document["input"], opened)
        original = request.original
        request.keep(Original(self.name, document, () if original is None else original.unsaid))
        return request

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        document = {name: value for name, value in opened.fields.items() if name not in ROUTER_ONLY}
        return Draft(document=document, url=url, headers=HEADERS)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        if (original := written_in(request, self.name)) is not None:
            opened = Opened(fields={}, models=(request.model,) if request.model else ())
            if _said(request) == _said(_decoded(original["input"], opened)):
                return Draft(document=original, url=url, headers=HEADERS)
        made = super().encode_request(request, url=url, upstream=upstream, stream=False)
        counted = {name: value for name, value in made.document.items() if name in COUNTED}
        lost = [one for one in made.lost if one.field.split(".")[0] in ("messages", "tools", "tool_choice")]
        return Draft(document={"input": {"converse": counted}}, url=url, headers=HEADERS, lost=lost)

    def count_of(self, body: bytes) -> int:
        count = whole(body).get("inputTokens")
        if type(count) is not int or count < 0:
            raise broken("the provider sent something that is no count of tokens.")
        return count

    def said(self, tokens: int) -> Document:
        return {"inputTokens": tokens}


def _decoded(asked: Json, opened: Opened) -> Any:
    """The canonical request inside, as its own dialect reads it."""
    if "converse" in asked:
        fields = {"messages": [], **asked["converse"]}
        return bodies.NOVA.decode_request(msgspec.structs.replace(opened, fields=fields))
    fields = jsonbody.open_document(_body(asked["invokeModel"].get("body")))
    inner = bodies.of_body(fields, next(iter(opened.models), ""))
    return inner.decode_request(msgspec.structs.replace(opened, fields=fields))


def _said(request: Any) -> Json:
    return {name: v for name, v in request.model_dump(exclude_unset=True).items() if name not in ROUTER_ONLY}


def _body(encoded: Any) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except (binascii.Error, TypeError, ValueError):
        field = "input.invokeModel.body"
        raise BadRequest("it is not base64.", remedy=f"Correct `{field}`.", field=field) from None
