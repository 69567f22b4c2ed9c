"""Ollama's embeddings both ways."""

import json

import pytest
from crossroads_ollama_embed import OllamaEmbed

from crossroads import jsonbody
from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.recordings import recordings
from crossroads.types.base import validate
from crossroads.types.embeddings import EmbeddingRequest
from crossroads.types.usage import Usage

TestOllamaEmbed = dialect_conformance(OllamaEmbed)

DIALECT = OllamaEmbed()
WHERE = {"url": "http://northwind.example/api/embed", "upstream": "embed-2"}
REPLY = b'{"model":"m","embeddings":[[0.5,1.0],[0.25,2.0]],"total_duration":9,"load_duration":1,"prompt_eval_count":7}'


def encoded(**fields):
    request = validate(EmbeddingRequest, json.dumps(fields).encode())
    return DIALECT.encode_request(request, **WHERE, stream=False)


@pytest.mark.parametrize("body", [REPLY, *(one.body for one in recordings("ollama-embed") if one.status == 200)])
def test_a_reply_loses_nothing(body):
    laws.both_paths_reply_the_same(DIALECT, body)
    raw, reply = json.loads(body), DIALECT.decode_response(body)
    assert [row["embedding"] for row in reply.document["data"]] == raw["embeddings"]
    assert [row["index"] for row in reply.document["data"]] == list(range(len(raw["embeddings"])))
    assert reply.usage == Usage(input_tokens=raw["prompt_eval_count"])


def test_a_request_is_sent_the_same_on_both_paths():
    body = {"model": "m", "input": ["a", "b"], "dimensions": 8, "truncate": False, "keep_alive": "5m", "options": {}}
    opened = DIALECT.open(json.dumps(body).encode())
    for draft in (
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=False),
        DIALECT.splice_request(opened, **WHERE),
    ):
        assert json.loads(jsonbody.encode(draft.document)) == {**body, "model": "embed-2"}
        assert draft.lost == []


def test_what_ollama_has_not_is_said_or_refused():
    draft = encoded(model="m", input="hi", input_type="query", user="u", encoding_format="float")
    assert draft.document == {"model": "embed-2", "input": "hi"}
    assert {one.field for one in draft.lost} == {"input_type", "user"}
    for wrong in ({"input": [1, 2]}, {"input": "hi", "encoding_format": "base64"}):
        with pytest.raises(Unsupported):
            encoded(model="m", **wrong)


def test_a_reply_without_embeddings_is_none_and_one_without_a_count_has_no_usage():
    for body in (b'{"model":"m","embeddings":[]}', b'{"model":"m"}', b"[]", b'{"embeddings":"x"}'):
        with pytest.raises(BadUpstream):
            DIALECT.decode_response(body)
    with pytest.raises(UpstreamRefused):
        DIALECT.decode_response(b'{"error":"the model is gone"}')
    assert DIALECT.decode_response(b'{"embeddings":[[1]]}').usage is None
