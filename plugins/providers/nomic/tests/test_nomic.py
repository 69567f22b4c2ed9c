"""Nomic: the documented request and reply, and the package at work."""

import json

import pytest
from crossroads_nomic.embeddings import NomicEmbeddings
from crossroads_openai_embeddings import OpenAIEmbeddings

from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestEmbeddings = dialect_conformance(NomicEmbeddings)

EMBEDS, OPENAI = NomicEmbeddings(), OpenAIEmbeddings()
OWN = {"model": "m", "texts": ["x"], "task_type": "clustering", "long_text_mode": "mean"}
TOLD = {"embeddings": [[0.5, 1.0]], "usage": {"prompt_tokens": 3, "total_tokens": 3}, "model": "m"}


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
        body = json.dumps({"model": "a/m", "input": "x", "input_type": "query", "dimensions": 64}).encode()
        got = await served("nomic", upstream, "openai-embeddings", body, endpoints=[row("embeddings")])
        sent = upstream.requests[0]
    assert [one["embedding"] for one in json.loads(got.body)["data"]] == [[0.5, 1.0]]
    assert got.call.attempt.usage == Usage(input_tokens=3)
    assert sent.path.endswith("/embedding/text")
    assert sent.json == {"model": "m", "texts": ["x"], "task_type": "search_query", "dimensionality": 64}
