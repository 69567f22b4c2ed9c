"""Anthropic's count_tokens: recorded ones, the SDK's own, and the estimate where nobody counts."""

import contextlib
import json

import httpx2
import pytest
from crossroads_anthropic_messages import AnthropicCountTokens, AnthropicMessages
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads import embed, jsonbody
from crossroads.errors import BadRequest, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.plugins import exchange_with, offer
from crossroads.testing.recordings import vectors
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.tokencount import estimate
from crossroads.types.usage import Usage

TestAnthropicCountTokens = dialect_conformance(AnthropicCountTokens)

DIALECT = AnthropicCountTokens()
VECTORS = vectors("anthropic-count-tokens")
WHERE = {"url": "https://a.example/v1/messages/count_tokens", "upstream": "claude-2"}
HI = [{"role": "user", "content": "Hello, world!"}]
RELAXED = settings(max_examples=60, deadline=None)


def document(draft):
    return json.loads(jsonbody.encode(draft.document))


@pytest.mark.parametrize("one", VECTORS, ids=lambda one: one.name)
def test_a_recorded_request_goes_out_as_it_came_by_both_ways(one):
    opened = DIALECT.open(one.request)
    encoded = DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=False)
    spliced = DIALECT.splice_request(opened, **WHERE)
    assert document(encoded) == document(spliced) == {**json.loads(one.request), "model": "claude-2"}
    assert (encoded.lost, encoded.url) == (spliced.lost, spliced.url) == ([], WHERE["url"])


@pytest.mark.parametrize("one", [one for one in VECTORS if one.status == 200], ids=lambda one: one.name)
def test_a_recorded_count_comes_back_and_costs_nothing(one):
    reply = DIALECT.decode_response(one.body)
    assert (reply.document, reply.usage) == (json.loads(one.body), Usage())
    laws.both_paths_reply_the_same(DIALECT, one.body)


def test_of_another_clients_request_goes_what_is_counted():
    body = {"messages": [{"role": "system", "content": "Be brief."}, *HI], "max_tokens": 5, "temperature": 1, "seed": 3}
    draft = DIALECT.encode_request(validate(ChatRequest, json.dumps(body).encode()), **WHERE, stream=False)
    assert document(draft) == {"model": "claude-2", "system": "Be brief.", "messages": HI}
    assert draft.lost == []


def test_an_estimate_counts_text_by_bytes_and_media_by_piece():
    def tokens(*messages, **fields):
        return estimate(validate(ChatRequest, json.dumps({"messages": messages, **fields}).encode()))

    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 9000}}
    assert tokens(*HI) == 4 + 4
    assert tokens({"role": "user", "content": "\u00e9" * 8}) == 4 + 4
    assert tokens({"role": "user", "content": [{"type": "text", "text": "abcd"}, image]}) == 4 + 1 + 1600
    assert tokens(*HI, tools=[{"type": "function", "function": {"name": "f"}}]) > 4 + 4


async def test_the_sdk_gets_an_estimate_that_says_so_where_nobody_counts():
    anthropic = pytest.importorskip("anthropic")
    dialects = {"anthropic-messages": AnthropicMessages, "anthropic-count-tokens": AnthropicCountTokens}
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream), dialects=dialects) as x:
        inside = embed.async_client(httpx2, x)
        sdk = anthropic.AsyncAnthropic(api_key="none", base_url="http://x/api", http_client=inside, max_retries=0)
        raw = await sdk.messages.with_raw_response.count_tokens(model="test/model", messages=HI)
        assert (await raw.parse()).input_tokens == 4 + 4
        assert raw.headers["x-crossroads-quality"] == "estimated"
        with pytest.raises(anthropic.BadRequestError):
            await sdk.messages.count_tokens(model="test/none", messages=HI)
        assert upstream.requests == []


@RELAXED
@given(mutilated([one.body for one in VECTORS]) | st.binary(max_size=20))
def test_any_reply_is_read_or_is_the_providers_fault(body):
    with contextlib.suppress(UpstreamError):
        laws.both_paths_reply_the_same(DIALECT, body, mutilated=True)


@RELAXED
@given(mutilated([one.request for one in VECTORS]))
def test_any_request_is_read_or_is_the_callers_fault(body):
    with contextlib.suppress(BadRequest):
        DIALECT.encode_request(DIALECT.decode_request(DIALECT.open(body)), **WHERE, stream=False)
