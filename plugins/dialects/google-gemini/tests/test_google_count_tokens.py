"""Google's countTokens: recorded ones, google-genai's own, and the estimate where nobody counts."""

import contextlib
import json

import httpx
import pytest
from crossroads_google_gemini import GoogleCountTokens, GoogleGemini
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads import embed, jsonbody
from crossroads.errors import BadRequest, BadUpstream, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.plugins import exchange_with, offer
from crossroads.testing.recordings import vectors
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

TestGoogleCountTokens = dialect_conformance(GoogleCountTokens)

DIALECT = GoogleCountTokens()
VECTORS = vectors("google-count-tokens")
GEMINI = {"url": "https://g.example/v1beta/models/m:countTokens", "upstream": "m"}
VERTEX = {"url": "https://v.example/publishers/google/models/m:countTokens", "upstream": "m"}
SYSTEM = [{"role": "system", "content": "Be terse."}, {"role": "user", "content": "Hi"}]
CONTENTS = [{"role": "user", "parts": [{"text": "Hi"}]}]
RELAXED = settings(max_examples=60, deadline=None)


def document(draft):
    return json.loads(jsonbody.encode(draft.document))


def encoded(where, messages=SYSTEM):
    request = validate(ChatRequest, json.dumps({"messages": messages, "max_tokens": 5}).encode())
    return document(DIALECT.encode_request(request, **where, stream=False))


@pytest.mark.parametrize("one", VECTORS, ids=lambda one: one.name)
def test_a_recorded_count_goes_out_as_it_came_and_comes_back(one):
    opened = DIALECT.open(one.request, {"model": "gemini-3.5-flash"})
    where = {"url": "https://g.example/v1beta", "upstream": "gemini-3.5-flash"}
    encoded = DIALECT.encode_request(DIALECT.decode_request(opened), **where, stream=False)
    spliced = DIALECT.splice_request(opened, **where)
    assert document(encoded) == document(spliced) == json.loads(one.request)
    assert encoded.url == spliced.url == "https://g.example/v1beta/models/gemini-3.5-flash:countTokens"
    reply = DIALECT.decode_response(one.body)
    assert (reply.document, reply.usage) == ({"input_tokens": json.loads(one.body)["totalTokens"]}, Usage())
    laws.both_paths_reply_the_same(DIALECT, one.body)


def test_another_clients_request_is_whole_for_either_host():
    said = {"contents": CONTENTS, "systemInstruction": {"parts": [{"text": "Be terse."}]}}
    config = {"generationConfig": {"maxOutputTokens": 5}}
    assert encoded(VERTEX) == {**said, **config}
    assert encoded(GEMINI) == {"generateContentRequest": {"model": "models/m", **said, **config}}


def test_a_whole_request_of_a_client_is_unwrapped_for_vertex():
    body = json.dumps({"generateContentRequest": {"model": "models/x", "contents": CONTENTS}}).encode()
    opened = DIALECT.open(body, {"model": "m"})
    assert document(DIALECT.splice_request(opened, **VERTEX)) == {"contents": CONTENTS}


async def test_the_sdk_gets_an_estimate_that_says_so_where_nobody_counts():
    genai = pytest.importorskip("google.genai")
    dialects = {"google-gemini": GoogleGemini, "google-count-tokens": GoogleCountTokens}
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream), dialects=dialects) as x:
        inside = embed.async_client(httpx, x)
        options = genai.types.HttpOptions(base_url="http://crossroads.local", httpx_async_client=inside)
        models = genai.Client(api_key="none", http_options=options).aio.models
        told = await models.count_tokens(model="test/model", contents="Hello, world!")
        assert told.total_tokens == 4 + 4  # the message, and 13 bytes
        assert told.sdk_http_response.headers["x-crossroads-quality"] == "estimated"
        with pytest.raises(genai.errors.ClientError):
            await models.count_tokens(model="test/none", contents="Hi")


async def test_the_sdk_gets_googles_own_count():
    genai = pytest.importorskip("google.genai")

    class Upstream:
        async def send(self, request):
            assert request.url == "https://google.example/v1beta/models/gemini-2.5-flash:countTokens"
            return Response()

    class Response:
        status, framed, headers = 200, True, ((b"content-type", b"application/json"),)

        async def read(self, limit_bytes):
            return b'{"totalTokens": 31, "cachedContentTokenCount": 2}'

        async def aclose(self):
            pass

    served = {"dialect": "google-count-tokens", "url": "{base_url}/models/{upstream}:countTokens"}
    endpoint = offer(
        "google",
        "https://google.example/v1beta",
        manifest={"operations": {"count_tokens": served}},
        models={"google/gemini-2.5-flash": "gemini-2.5-flash"},
    )
    dialects = {"google-count-tokens": GoogleCountTokens}
    async with exchange_with(endpoint, dialects=dialects, transport=Upstream()) as x:
        inside = embed.async_client(httpx, x)
        options = genai.types.HttpOptions(base_url="http://crossroads.local", httpx_async_client=inside)
        models = genai.Client(api_key="none", http_options=options).aio.models
        told = await models.count_tokens(model="gemini-2.5-flash", contents="Hi")
        assert (told.total_tokens, told.cached_content_token_count) == (31, 2)
        assert "x-crossroads-quality" not in told.sdk_http_response.headers


@RELAXED
@given(mutilated([one.body for one in VECTORS]) | st.binary(max_size=20))
def test_any_reply_is_read_or_is_the_providers_fault(body):
    with contextlib.suppress(UpstreamError):
        laws.both_paths_reply_the_same(DIALECT, body, mutilated=True)


@RELAXED
@given(mutilated([one.request for one in VECTORS]))
def test_any_request_is_read_or_is_the_callers_fault(body):
    with contextlib.suppress(BadRequest):
        DIALECT.encode_request(DIALECT.decode_request(DIALECT.open(body, {"model": "m"})), **GEMINI, stream=False)


def test_what_is_no_count_is_the_providers_fault():
    with pytest.raises(BadUpstream, match="no count"):
        DIALECT.decode_response(b'{"candidates": []}')
