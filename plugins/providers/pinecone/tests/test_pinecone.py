"""Pinecone: the documented request and reply, and the package at work."""

import json

import pytest
from crossroads_openai_embeddings import OpenAIEmbeddings
from crossroads_pinecone.embeddings import PineconeEmbeddings
from crossroads_pinecone.rerank import PineconeRerank

from crossroads import jsonbody
from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestEmbeddings = dialect_conformance(PineconeEmbeddings)
TestRerank = dialect_conformance(PineconeRerank)

EMBEDS, OPENAI = PineconeEmbeddings(), OpenAIEmbeddings()
OWN = {"model": "m", "inputs": [{"text": "x"}], "parameters": {"input_type": "passage", "truncate": "END"}}
TOLD = {"model": "m", "vector_type": "dense", "data": [{"values": [0.5, 1.0]}], "usage": {"total_tokens": 3}}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "x", **fields}).encode()
    request = OPENAI.decode_request(OPENAI.open(body))
    return EMBEDS.encode_request(request, url="u", upstream="m", stream=False)


def row(operation):
    return {"model": "a/m", "upstream": "m", "operations": [operation]}


def test_its_own_body_is_read_and_written_the_same():
    opened = EMBEDS.open(json.dumps(OWN).encode())
    assert opened.models == (OWN["model"],)
    assert EMBEDS.splice_request(opened, url="u", upstream=OWN["model"]).document == OWN


def test_a_documented_reply_has_its_vectors_and_its_count():
    reply = EMBEDS.decode_response(json.dumps(TOLD).encode())
    assert [one["embedding"] for one in reply.document["data"]] == [[0.5, 1.0]]
    assert reply.usage == Usage(input_tokens=3)
    laws.both_paths_reply_the_same(EMBEDS, json.dumps(TOLD).encode())


@pytest.mark.parametrize("fields", [{"input": [1, 2]}, {"encoding_format": "base64"}])
def test_what_it_can_not_embed_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}"])
def test_what_has_no_vectors_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        EMBEDS.decode_response(body)


async def test_a_client_of_openai_is_embedded_in_its_words():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(TOLD).encode(),)))
        body = json.dumps({"model": "a/m", "input": "x", "input_type": "search_query"}).encode()
        got = await served("pinecone", upstream, "openai-embeddings", body, endpoints=[row("embeddings")])
        sent = upstream.requests[0]
    assert [one["embedding"] for one in json.loads(got.body)["data"]] == [[0.5, 1.0]]
    assert got.call.attempt.usage == Usage(input_tokens=3)
    assert sent.path.endswith("/embed")
    assert sent.json == {"model": "m", "inputs": [{"text": "x"}], "parameters": {"input_type": "query"}}
    assert sent.header("x-pinecone-api-version") == "2026-07"
    assert sent.header("api-key") == "none"


def test_sparse_vectors_are_refused():
    told = {"vector_type": "sparse", "data": [{"sparse_values": [0.5], "sparse_indices": [7]}]}
    with pytest.raises(BadUpstream):
        EMBEDS.decode_response(json.dumps(told).encode())


async def test_a_client_of_rerank_is_ranked_in_its_words():
    told = {"data": [{"index": 1, "score": 0.9}], "usage": {"rerank_units": 1}}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(told).encode(),)))
        asked = {"model": "a/m", "query": "q", "documents": ["x", {"text": "y"}], "top_n": 1}
        got = await served("pinecone", upstream, "rerank-cohere", json.dumps(asked).encode(), endpoints=[row("rerank")])
        sent = upstream.requests[0]
    assert json.loads(got.body)["results"] == [{"index": 1, "relevance_score": 0.9}]
    assert got.call.attempt.usage == Usage(searches=1)
    assert sent.path.endswith("/rerank")
    assert sent.json == {"model": "m", "query": "q", "documents": [{"text": "x"}, {"text": "y"}], "top_n": 1}
    own = PineconeRerank()
    assert jsonbody.encode(own.splice_request(own.open(sent.body), url="u", upstream="m").document) == sent.body
