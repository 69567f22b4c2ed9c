"""OpenAI's input_tokens: recorded ones, other formats' requests, and the estimate where nobody counts."""

import contextlib
import json

import pytest
from crossroads_openai_responses import OpenAICountTokens
from hypothesis import given

from crossroads import jsonbody
from crossroads.errors import BadRequest, BadUpstream, Unsupported
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

TestOpenAICountTokens = dialect_conformance(OpenAICountTokens)

DIALECT = OpenAICountTokens()
VECTORS = vectors("openai-count-tokens")
WHERE = {"url": "https://api.northwind.example/v1/responses/input_tokens", "upstream": "small-2"}


@pytest.mark.parametrize("one", VECTORS, ids=lambda one: one.name)
def test_a_recorded_request_goes_out_as_it_came_by_both_ways(one):
    opened = DIALECT.open(one.request)
    for draft in (
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=False),
        DIALECT.splice_request(opened, **WHERE),
    ):
        assert json.loads(jsonbody.encode(draft.document)) == {**json.loads(one.request), "model": "small-2"}
        assert draft.lost == []


@pytest.mark.parametrize("one", VECTORS, ids=lambda one: one.name)
def test_a_recorded_count_comes_back_and_costs_nothing(one):
    reply = DIALECT.decode_response(one.body)
    assert (reply.document["input_tokens"], reply.usage) == (json.loads(one.body)["input_tokens"], Usage())
    assert json.loads(DIALECT.encode_response(reply, laws.STAMP)) == json.loads(one.body)


def test_of_another_client_s_request_goes_what_is_counted():
    body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5, "temperature": 1, "seed": 3}
    draft = DIALECT.encode_request(validate(ChatRequest, json.dumps(body).encode()), **WHERE, stream=False)
    assert set(json.loads(jsonbody.encode(draft.document))) == {"model", "input"}
    assert draft.lost == []


def test_a_guess_is_made_where_nobody_counts():
    told = json.loads(DIALECT.estimate(DIALECT.decode_request(DIALECT.open(b'{"input": "Hello there"}'))))
    assert told == {"object": "response.input_tokens", "input_tokens": 7}


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"input_tokens": -1}', b'{"input_tokens": "3"}', b"x"])
def test_what_is_no_count_is_refused(body):
    with pytest.raises(BadUpstream):
        DIALECT.decode_response(body)


@given(mutilated([one.request for one in VECTORS]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        DIALECT.encode_request(DIALECT.decode_request(DIALECT.open(data)), **WHERE, stream=False)
