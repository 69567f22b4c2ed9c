"""Embeddings by InvokeModel: the bodies of Titan, of Cohere and of Nova's multimodal model (its texts).

Upstream side: `/model/{model}/invoke` is `bedrock-invoke`'s, so clients reach these models by another dialect's path.
Sources: Amazon Bedrock user guide, "Amazon Titan Text Embeddings", "Cohere Embed"; Amazon Nova user guide,
"Embeddings schema"; recorded exchanges; read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_bedrock_converse import errors
from crossroads_bedrock_converse.usage import HEADERS as COUNTED
from crossroads_openai_chat.reply import broken, shallow
from crossroads_openai_chat.request import ROUTER_KINDS, ROUTER_ONLY, open_fields, plain
from crossroads_openai_chat.usage import TOKENS_MAX
from crossroads_openai_embeddings import OpenAIEmbeddings

from crossroads import jsonbody
from crossroads.call import Call, Fields, Lost, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, Unsupported, UpstreamRefused
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage
from crossroads.wire import Headers, find_header

Json = dict[str, Any]
INPUTS = ("inputText", "texts", "singleEmbeddingParams")
SINGLE = "singleEmbeddingParams"
NOT_SENT = ROUTER_ONLY | {"dimensions", "encoding_format", "input", "input_type", "metadata", "model", "stream", "user"}
COHERE, NOVA = re.compile(r"\bcohere\.", re.I), re.compile(r"\bnova-", re.I)
INPUT_TYPE = "search_document"
"""Cohere insists on one; this is what its embeddings are mostly for."""
PURPOSE, TRUNCATION = "GENERIC_INDEX", "NONE"
"""Nova insists on both."""
HEADERS = ((b"content-type", b"application/json"), (b"accept", b"application/json"))


class BedrockEmbeddings(OpenAIEmbeddings):
    """See `crossroads.dialect.Dialect` for each method."""

    name = "bedrock-embeddings"
    paths: tuple[str, ...] = ()
    upstream_path = "/model/{upstream}/invoke"

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if not any(name in fields for name in INPUTS):
            raise BadRequest("it is missing.", remedy="Send `inputText` or `texts`.", field="inputText")
        opened = open_fields(fields, {**ROUTER_KINDS, "texts": jsonbody.STRINGS, SINGLE: jsonbody.OBJECT})
        opened.stream = False
        return opened

    def decode_request(self, opened: Opened) -> Any:
        document: Json = {name: plain(value) for name, value in opened.fields.items()}
        if "output_dimension" in document:
            document["dimensions"] = document.pop("output_dimension")
        single = document.get(SINGLE)
        if single is not None:
            text = single.get("text")
            if not isinstance(text, dict) or not isinstance(text.get("value"), str):
                raise BadRequest("only texts are read here.", remedy="Send `text.value`.", field=SINGLE)
            document["input"] = text["value"]
        else:
            document["input"] = document.pop("texts", None) or document.get("inputText")
        document.pop("inputText", None)
        return self.validate(jsonbody.encode(document))

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        fields = {name: value for name, value in opened.fields.items() if name not in ROUTER_ONLY | {"model", "stream"}}
        return Draft(document=fields, url=url, headers=HEADERS)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        asked = request.model_dump(exclude_unset=True, by_alias=True)
        lost = [
            Lost(name, "dropped", "Bedrock has no such parameter") for name in ("metadata", "user") if asked.get(name)
        ]
        if asked.get("encoding_format") == "base64":
            lost.append(Lost("encoding_format", "dropped", "Bedrock answers with numbers"))
        document: Fields = {name: value for name, value in asked.items() if name not in NOT_SENT}
        if NOVA.search(upstream) or SINGLE in document:
            document |= _nova(asked, lost)
        elif COHERE.search(upstream) or ("amazon." not in upstream and isinstance(asked["input"], list)):
            document |= _cohere(asked, lost)
        else:
            document |= _titan(asked, lost)
        return Draft(document=document, url=url, headers=HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        document, rows, usage = _read(body)
        data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
        made: Json = {"id": document.get("id"), "object": "list", "data": data}
        if usage is not None:
            made["usage"] = {"prompt_tokens": usage.prompt_tokens, "total_tokens": usage.prompt_tokens}
        return Reply(document=made, usage=usage)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        _, _, usage = _read(body)
        cost = {} if usage is None else {"cost": stamp.price(usage).json()}
        return Reply(body=jsonbody.encode({**shallow(body), "id": stamp.id, **cost}), usage=usage)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        rows = [row.get("embedding") for row in (reply.document or {}).get("data") or []]
        made: Json = {"id": stamp.id, **({"embedding": rows[0]} if len(rows) == 1 else {"embeddings": {"float": rows}})}
        if reply.usage is not None:
            made |= {"inputTextTokenCount": reply.usage.prompt_tokens, "cost": stamp.price(reply.usage).json()}
        return jsonbody.encode(made)

    def usage_of(self, headers: Headers) -> Usage | None:
        count = find_header(headers, COUNTED[0])
        return Usage(input_tokens=int(count)) if count is not None and count.isdigit() else None

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)


def _titan(asked: Json, lost: list[Lost]) -> Json:
    if asked.get("input_type") is not None:
        lost.append(Lost("input_type", "dropped", "Titan has no such parameter"))
    sized = {"dimensions": asked["dimensions"]} if asked.get("dimensions") is not None else {}
    return {"inputText": _one(asked["input"]), **sized}


def _cohere(asked: Json, lost: list[Lost]) -> Json:
    given = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
    if not all(isinstance(one, str) for one in given):
        raise _cant("Cohere's models take texts here.")
    if asked.get("input_type") is None:
        lost.append(Lost("input_type", "emulated", f"Cohere insists on one: {INPUT_TYPE}"))
    sized = {"output_dimension": asked["dimensions"]} if asked.get("dimensions") is not None else {}
    return {"texts": given, "input_type": asked.get("input_type") or INPUT_TYPE, **sized}


def _nova(asked: Json, lost: list[Lost]) -> Json:
    kept = asked.get(SINGLE) or {"embeddingPurpose": PURPOSE, "text": {"truncationMode": TRUNCATION}}
    if asked.get("input_type") is not None:
        lost.append(Lost("input_type", "dropped", "Nova has purposes of its own"))
    sized = {"embeddingDimension": asked["dimensions"]} if asked.get("dimensions") is not None else {}
    single = {**kept, "text": {**kept["text"], "value": _one(asked["input"])}, **sized}
    return {"taskType": asked.get("taskType") or "SINGLE_EMBEDDING", SINGLE: single}


def _one(given: Any) -> str:
    one = given[0] if isinstance(given, list) and len(given) == 1 else given
    if not isinstance(one, str):
        raise _cant("this model takes one text a call.")
    return one


def _cant(what: str) -> Unsupported:
    return Unsupported(what, remedy="Send that, or let a provider with another format serve the call.", field="input")


def _read(body: bytes) -> tuple[Json, list[Any], Usage | None]:
    shallow(body)  # refuses what is no JSON object
    try:
        document: Json = msgspec.json.decode(body)
    except MALFORMED:  # a number beyond a double
        raise broken("the provider sent something that is not JSON.") from None
    held = document.get("embeddings")
    if isinstance(held, dict):
        held = held.get("float") or next((rows for rows in held.values() if rows), None)
    rows = held if isinstance(held, list) else [document["embedding"]] if document.get("embedding") else []
    rows = [row.get("embedding") if isinstance(row, dict) else row for row in rows]
    if not rows or not all(isinstance(row, list) for row in rows):
        raise broken("the provider's reply has no embeddings.")
    count = document.get("inputTextTokenCount")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= TOKENS_MAX:
        return document, rows, None
    return document, rows, Usage(input_tokens=count)
