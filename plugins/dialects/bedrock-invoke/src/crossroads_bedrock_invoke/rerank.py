"""Rerank on Amazon Bedrock: by InvokeModel (Cohere's and Amazon's models), or the Rerank API of Bedrock's agents.

Upstream side: the provider's address says which of the two it is; `/model/{model}/invoke` and `/rerank` are other
dialects' paths, so clients reach these models by theirs.
Sources: Amazon Bedrock user guide, "Rerank"; botocore 1.43 (service model bedrock-agent-runtime); read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_bedrock_converse import errors
from crossroads_openai_chat.oneway import OneWay
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.request import ROUTER_ONLY, open_fields, plain
from crossroads_rerank_cohere import RerankCohere
from crossroads_rerank_cohere import reply as ranks

from crossroads import jsonbody
from crossroads.call import Call, Lost, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, Unsupported, UpstreamRefused
from crossroads.original import Original, unchanged, written_in
from crossroads.types.usage import Usage
from crossroads.wire import Headers

Json = dict[str, Any]
AGENT, INVOKE = "agent", "invoke"
"""The two bodies: of the agents' API, of InvokeModel."""
HEADERS = ((b"content-type", b"application/json"), (b"accept", b"application/json"))
API_VERSION = 2
"""Cohere's models insist on one."""
OF_COHERE = re.compile(r"cohere", re.I)
REGION = re.compile(r"//bedrock-agent-runtime(?:-fips)?\.([a-z0-9-]+)\.")
DROPPED = ("metadata", "user")
NOT_SENT = ROUTER_ONLY | {"model", "stream", *DROPPED}
ONE = Usage(searches=1, quality="estimated")
"""No reply states what it cost: a query of up to 100 pieces of documents is one, and more are more."""


class BedrockRerank(OneWay, RerankCohere):
    """See `crossroads.dialect.Dialect` for each method."""

    name = "bedrock-rerank"
    upstream_path = "/model/{upstream}/invoke"

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if "queries" not in fields:
            opened = super().open(body, params)
            opened.form = INVOKE
            return opened
        for name, kind in (("sources", jsonbody.FILLED_ARRAY), ("rerankingConfiguration", jsonbody.OBJECT)):
            if name not in fields:
                raise BadRequest("it is missing.", remedy=f"Send `{name}`.", field=name)
            jsonbody.read(name, fields[name], kind)
        opened = open_fields(fields, {})
        named = _configuration(plain(fields["rerankingConfiguration"])).get("modelConfiguration")
        model = named.get("modelArn") if isinstance(named, dict) else None
        opened.models = (model,) if isinstance(model, str) and model else ()
        opened.form = AGENT
        return opened

    def decode_request(self, opened: Opened) -> Any:
        document: Json = {n: plain(v) for n, v in opened.fields.items() if n not in ROUTER_ONLY}
        routed = {"model": opened.models[0]} if opened.models else {}
        request = self.validate(jsonbody.encode({**_canonical(document), **routed}))
        unsaid = ["sources.jsonDocument"] if b'"jsonDocument"' in jsonbody.encode(document) else []
        request.keep(Original(self.name, document, tuple(unsaid)))
        return request

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        """Of two bodies the address wants one; one that says neither gets what the client wrote."""
        now = request.model_dump(exclude_unset=True)
        original = written_in(request, self.name)
        wanted = AGENT if url.endswith("/rerank") else INVOKE if url.endswith("/invoke") else None
        wanted = wanted or (AGENT if original is not None and "queries" in original else INVOKE)
        own = original if original is not None and ("queries" in original) == (wanted == AGENT) else None
        if own is not None and unchanged(now, _canonical(own), NOT_SENT):
            document = {name: value for name, value in own.items() if name not in NOT_SENT}
            return Draft(document=document, url=url, headers=HEADERS)
        lost = [Lost(name, "dropped", "Bedrock has no such parameter") for name in DROPPED if now.get(name)]
        texts = [self._document(one, f"documents.{at}", lost) for at, one in enumerate(now["documents"])]
        write = _agents if wanted == AGENT else _invoked
        return Draft(document=write(now, texts, url, upstream), url=url, headers=HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        document = whole(body)
        rows = document.get("results")
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            told = [(row.get("index"), row.get("relevance_score", row.get("relevanceScore"))) for row in rows]
            if rows and all(type(index) is int and isinstance(score, int | float) for index, score in told):
                results = [{"index": index, "relevance_score": score} for index, score in told]
                return Reply(document={"results": results}, usage=ONE)
        raise broken("the provider's reply has no ranks that can be read.")

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        if stamp.form != AGENT:
            return ranks.encode_response(reply, stamp)
        rows = (reply.document or {}).get("results") or []
        told = [{"index": row.get("index"), "relevanceScore": row.get("relevance_score")} for row in rows]
        return jsonbody.encode({"results": told})

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)


def _canonical(document: Json) -> Json:
    if "queries" not in document:
        return {name: value for name, value in document.items() if name != "api_version"}
    match document["queries"]:
        case [{"textQuery": {"text": str(query)}}]:
            pass
        case _:
            raise BadRequest("expected one query of text.", remedy="Correct `queries`.", field="queries")
    documents = [_text(source, f"sources.{at}") for at, source in enumerate(document["sources"])]
    limit = _configuration(document["rerankingConfiguration"]).get("numberOfResults")
    return {"query": query, "documents": documents, **({} if limit is None else {"top_n": limit})}


def _text(source: Any, path: str) -> str:
    match source:
        case {"inlineDocumentSource": {"textDocument": {"text": str(text)}}}:
            return text
        case {"inlineDocumentSource": {"jsonDocument": document}}:
            return msgspec.json.encode(document).decode()
    raise BadRequest("expected an inline document.", remedy=f"Correct `{path}`.", field=path)


def _configuration(value: Any) -> Json:
    inner = value.get("bedrockRerankingConfiguration") if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _invoked(now: Json, texts: list[str], url: str, upstream: str) -> Json:
    document = {"query": now["query"], "documents": texts}
    if now.get("top_n") is not None:
        document["top_n"] = now["top_n"]
    return {**document, "api_version": API_VERSION} if OF_COHERE.search(upstream) else document


def _agents(now: Json, texts: list[str], url: str, upstream: str) -> Json:
    limit = {} if now.get("top_n") is None else {"numberOfResults": now["top_n"]}
    model = {"modelArn": _arn(url, upstream)}
    sources = [{"type": "TEXT", "textDocument": {"text": text}} for text in texts]
    return {
        "queries": [{"type": "TEXT", "textQuery": {"text": now["query"]}}],
        "sources": [{"type": "INLINE", "inlineDocumentSource": source} for source in sources],
        "rerankingConfiguration": {
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {**limit, "modelConfiguration": model},
        },
    }


def _arn(url: str, upstream: str) -> str:
    if upstream.startswith("arn:"):
        return upstream
    found = REGION.search(url)
    if found is None:
        raise Unsupported(
            "this API names a model by its ARN.", remedy="Write the ARN as `upstream`.", field="model", value=upstream
        )
    return f"arn:aws:bedrock:{found[1]}::foundation-model/{upstream}"
