"""What a vendor's own format of embeddings or rerank must hold, as a test class over its documented request and reply.

    TestEmbeddings = embeddings_conformance(
        Mine, "mine", own={"model": "m", "texts": ["x"]}, told={"vectors": [[0.5, 1.0]]}, path="/embed",
        asked={"dimensions": 2}, sent={"model": "m", "texts": ["x"], "size": 2},
    )

The laws of every dialect (`dialect_conformance`) are part of it, over this exchange. provider: an installed package,
which is called once; None: no package is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing.answers import Answer
from crossroads.testing.documented import OneExchangeChecks
from crossroads.testing.imports import NOT_APPLICABLE
from crossroads.testing.plugins import installed_dialects
from crossroads.testing.served import Served, served
from crossroads.testing.upstream import Received, ScriptedProvider
from crossroads.types.usage import Usage
from crossroads.wire import Headers

Json = Mapping[str, Any]

VECTORS = [[0.5, 1.0]]
"""What the documented reply to an embedding of one text holds."""
RANKS = ({"index": 1, "relevance_score": 0.9},)
USUAL: Mapping[str, tuple[str, Json]] = {
    "embeddings": ("openai-embeddings", {"input": "x"}),
    "rerank": ("rerank-cohere", {"query": "q", "documents": ["x", {"text": "y"}]}),
}
"""By operation: whose client asks, and what."""
PRICES = {"price_usd_per_mtok": {"input": "2"}, "price_usd": {"search": "0.003"}}
TOKEN_NANO, SEARCH_NANO = 2_000, 3_000_000
NOT_CARRIED = ({"input": [1, 2]}, {"encoding_format": "int8"})
AN_IMAGE = ({"documents": [{"image": "https://images.example/a.png"}]},)


class Exchanged(NamedTuple):
    """own: a body of the vendor's. told: its reply. asked: fields of our client, beside the usual ones, and sent: what
    of them goes out, to an address that ends like path. refused: fields that the format can't carry. used: None, where
    the reply counts nothing."""

    provider: str | None
    own: Json
    told: Any
    path: str
    sent: Json
    asked: Json
    refused: tuple[Json, ...]
    used: Usage | None
    rows: Any

    @property
    def body(self) -> bytes:
        return json.dumps(self.told).encode()

    @property
    def headers_told(self) -> Headers:
        return ()

    @property
    def cost_nano(self) -> int | None:
        """At `PRICES`."""
        return None if self.used is None else TOKEN_NANO * self.used.prompt_tokens + SEARCH_NANO * self.used.searches


def embeddings_conformance(
    plugin: Any,
    provider: str | None,
    *,
    own: Json,
    told: Any,
    path: str,
    sent: Json,
    asked: Json | None = None,
    refused: tuple[Json, ...] = NOT_CARRIED,
    used: Usage | None = Usage(input_tokens=3),  # noqa: B008  (frozen)
) -> type:
    """See the module, and `Exchanged`. told: it has the vectors of `VECTORS`."""
    case = Exchanged(provider, own, told, path, sent, asked or {}, refused, used, VECTORS)
    return _suite(_EmbeddingChecks, plugin, case)


def rerank_conformance(
    plugin: Any,
    provider: str | None,
    *,
    own: Json,
    told: Any,
    path: str,
    sent: Json,
    asked: Json | None = None,
    refused: tuple[Json, ...] = AN_IMAGE,
    used: Usage | None = Usage(input_tokens=7),  # noqa: B008  (frozen)
    ranks: tuple[Json, ...] = RANKS,
) -> type:
    """See the module, and `Exchanged`. told: it has these ranks."""
    case = Exchanged(provider, own, told, path, sent, asked or {}, refused, used, list(ranks))
    return _suite(_RerankChecks, plugin, case)


def drafted(dialect: Any, **fields: Any) -> Draft:
    """What goes out for the usual request of our client with these fields, to the upstream's model `m`."""
    name, usual = USUAL[dialect.operation]
    client = installed_dialects()[name]()
    request = client.decode_request(client.open(json.dumps({"model": "a/m", **usual, **fields}).encode()))
    draft: Draft = dialect.encode_request(request, url="u", upstream="m", stream=False)
    return draft


async def called(provider: str, operation: str, told: Any, **fields: Any) -> tuple[Served, Received]:
    """One call of our client through the installed package, whose host says `told`, and what that host was sent."""
    name, usual = USUAL[operation]
    row = {"model": "a/m", "upstream": "m", "operations": [operation], **PRICES}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(told).encode(),)))
        body = json.dumps({"model": "a/m", **usual, **fields}).encode()
        got = await served(provider, upstream, name, body, endpoints=[row])
        return got, upstream.requests[0]


class _RowChecks(OneExchangeChecks):
    case: Exchanged

    @staticmethod
    def rows(document: Json) -> Any:
        """Of a canonical reply."""
        raise NotImplementedError

    def test_its_documented_reply_has_its_rows_and_its_count(self, dialect: Any) -> None:
        reply = dialect.decode_response(self.case.body)
        assert self.rows(reply.document) == self.case.rows
        assert reply.usage == self.case.used

    def test_a_request_of_our_client_goes_out_in_its_words(self, dialect: Any) -> None:
        draft = drafted(dialect, **self.case.asked)
        assert json.loads(jsonbody.encode(draft.document)) == self.case.sent

    def test_what_it_can_not_carry_is_refused(self, dialect: Any) -> None:
        for fields in self.case.refused:
            with pytest.raises(Unsupported):
                drafted(dialect, **fields)

    def test_what_has_no_rows_is_a_bad_upstream(self, dialect: Any) -> None:
        for body in (b"", b"[]", b"{}", b"[1]", b'{"' + (dialect.rows or "data").encode() + b'":[{}]}'):
            with pytest.raises(BadUpstream):
                dialect.decode_response(body)

    async def test_its_package_is_called_and_the_price_is_counted(self, dialect: Any) -> None:
        if self.case.provider is None:
            pytest.skip(f"{NOT_APPLICABLE}no package is named")
        got, sent = await called(self.case.provider, dialect.operation, self.case.told, **self.case.asked)
        assert (got.status, self.rows(json.loads(got.body))) == (200, self.case.rows), got.body
        assert sent.path.endswith(self.case.path)
        assert sent.json == self.case.sent
        attempt = got.call.attempt
        assert attempt is not None
        if self.case.used is None:
            assert attempt.usage is None or attempt.usage.quality == "estimated"
        else:
            assert attempt.usage == self.case.used
            assert got.cost_nano == self.case.cost_nano


class _EmbeddingChecks(_RowChecks):
    @staticmethod
    def rows(document: Json) -> Any:
        return [row["embedding"] for row in document["data"]]


class _RerankChecks(_RowChecks):
    @staticmethod
    def rows(document: Json) -> Any:
        return document["results"]


def _suite(checks: type, plugin: Any, case: Exchanged) -> type:
    return type(f"Test{plugin.__name__}", (checks,), {"plugin": staticmethod(plugin), "folder": None, "case": case})
