"""Embeddings of Titan, Cohere and Nova: requests to and fro, replies, and what is refused."""

import contextlib
import json

import pytest
from crossroads_bedrock_invoke.embeddings import BedrockEmbeddings
from hypothesis import given
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.errors import BadRequest, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated

TestBedrockEmbeddings = dialect_conformance(BedrockEmbeddings)

DIALECT = BedrockEmbeddings()
URL = "https://bedrock.example/model/m/invoke"
SINGLE = {"embeddingPurpose": "GENERIC_INDEX", "text": {"value": "Hi", "truncationMode": "END"}}
BODIES = {
    "amazon.titan-embed-text-v2:0": {"inputText": "Hi", "normalize": True, "dimensions": 256},
    "us.cohere.embed-v4:0": {"texts": ["Hi"], "input_type": "search_query", "output_dimension": 512},
    "amazon.nova-2-multimodal-embeddings-v1:0": {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": SINGLE},
}
REPLIES = {
    "titan": b'{"embedding":[0.5,1.5],"inputTextTokenCount":2}',
    "cohere": b'{"id":"e","embeddings":{"float":[[0.5,1.5]]},"texts":["Hi"]}',
    "cohere of old": b'{"id":"e","embeddings":[[0.5,1.5]],"texts":["Hi"]}',
    "nova": b'{"embeddings":[{"embedding":[0.5,1.5],"embeddingType":"TEXT"}]}',
}


@pytest.mark.parametrize(("model", "body"), BODIES.items())
def test_a_request_comes_out_as_it_went_in(model, body):
    opened = DIALECT.open(json.dumps(body).encode())
    spliced = DIALECT.splice_request(opened, url=URL, upstream=model)
    encoded = DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream=model, stream=False)
    for draft in (spliced, encoded):
        assert json.loads(jsonbody.encode(draft.document)) == body


@pytest.mark.parametrize("body", REPLIES.values(), ids=REPLIES)
def test_rows_of_a_reply_are_read_and_relayed(body):
    reply = laws.both_paths_reply_the_same(DIALECT, body) if b'"id"' not in body else DIALECT.decode_response(body)
    assert [row["embedding"] for row in DIALECT.decode_response(reply.body or body).document["data"]] == [[0.5, 1.5]]


def test_titan_s_tokens_are_counted():
    assert DIALECT.decode_response(REPLIES["titan"]).usage.prompt_tokens == 2


def test_several_texts_for_a_model_that_takes_one_are_refused():
    request = DIALECT.validate(b'{"input":["a","b"]}')
    with pytest.raises(Unsupported, match="one text"):
        DIALECT.encode_request(request, url=URL, upstream="amazon.titan-embed-text-v2:0", stream=False)


def test_a_number_beyond_a_double_is_a_bad_upstream():
    with pytest.raises(UpstreamError):
        DIALECT.decode_response(b'{"embedding":[1e999]}')


@given(mutilated(list(REPLIES.values())))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        assert DIALECT.encode_response(DIALECT.decode_response(data), laws.STAMP)


@given(mutilated([json.dumps(body).encode() for body in BODIES.values()]), st.sampled_from([*BODIES, "arn:aws:x"]))
def test_a_mutilated_request_is_encoded_or_is_refused(data, model):
    with contextlib.suppress(BadRequest, Unsupported):
        request = DIALECT.decode_request(DIALECT.open(data))
        DIALECT.encode_request(request, url=URL, upstream=model, stream=False)


def test_what_a_body_does_not_count_a_header_of_bedrock_s_does():
    assert DIALECT.usage_of(((b"x-amzn-bedrock-input-token-count", b"5"),)).prompt_tokens == 5
    assert DIALECT.usage_of(()) is None
