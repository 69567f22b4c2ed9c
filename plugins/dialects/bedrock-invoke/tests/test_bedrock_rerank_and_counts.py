"""CountTokens and rerank: recorded ones both ways, both bodies of rerank, and what is refused."""

import base64
import contextlib
import json

import pytest
from crossroads_bedrock_invoke.rerank import AGENT, BedrockRerank
from crossroads_bedrock_invoke.tokencount import BedrockCountTokens
from hypothesis import given

from crossroads import jsonbody
from crossroads.errors import BadRequest, BadUpstream, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.rerank import RerankRequest

TestBedrockCountTokens = dialect_conformance(BedrockCountTokens)
TestBedrockRerank = dialect_conformance(BedrockRerank)

COUNT, RANK = BedrockCountTokens(), BedrockRerank()
COUNTS = vectors("bedrock-count-tokens")
URL = "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/count-tokens"
INVOKE = "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke"
AGENTS = "https://bedrock-agent-runtime.eu-central-1.amazonaws.com/rerank"
ARN = "arn:aws:bedrock:eu-central-1::foundation-model/amazon.rerank-v1:0"
ASKED = {"query": "capital?", "documents": ["Paris", "Rome"], "top_n": 1}
OF_AGENTS = {
    "queries": [{"type": "TEXT", "textQuery": {"text": "capital?"}}],
    "sources": [
        {"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": text}}}
        for text in ASKED["documents"]
    ],
    "rerankingConfiguration": {
        "type": "BEDROCK_RERANKING_MODEL",
        "bedrockRerankingConfiguration": {"numberOfResults": 1, "modelConfiguration": {"modelArn": ARN}},
    },
}


def ranked(body=ASKED, url=INVOKE, upstream="amazon.rerank-v1:0"):
    request = validate(RerankRequest, json.dumps(body).encode())
    return RANK.encode_request(request, url=url, upstream=upstream, stream=False)


def through(dialect, body, **where):
    opened = dialect.open(json.dumps(body).encode())
    return dialect.encode_request(dialect.decode_request(opened), **where, stream=False)


@pytest.mark.parametrize("vector", [v for v in COUNTS if v.status == 200], ids=lambda v: v.name)
def test_a_count_is_read_and_costs_nothing(vector):
    reply = COUNT.decode_response(vector.body)
    assert reply.document == {"input_tokens": json.loads(vector.body)["inputTokens"]}
    assert reply.usage.prompt_tokens == 0
    assert json.loads(COUNT.encode_response(reply, laws.STAMP)) == json.loads(vector.body)


def test_another_format_s_request_is_counted_as_converse_would_send_it():
    asked = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9, "temperature": 1}
    request = validate(ChatRequest, json.dumps(asked).encode())
    draft = COUNT.encode_request(request, url=URL, upstream="anthropic.claude-3-7", stream=False)
    assert draft.document == {"input": {"converse": {"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}}}
    assert draft.url == URL


def test_a_changed_request_is_counted_as_it_is_now():
    body = {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 3}
    wrapped = {"input": {"invokeModel": {"body": base64.b64encode(json.dumps(body).encode()).decode()}}}
    opened = COUNT.open(json.dumps(wrapped).encode(), {"model": "anthropic.claude-v2"})
    request = COUNT.decode_request(opened)
    assert request.messages[0].content == "Hi"
    changed = request.model_copy(update={"messages": [*request.messages, *request.messages]})
    draft = COUNT.encode_request(changed, url=URL, upstream="anthropic.claude-v2", stream=False)
    assert draft.document["input"]["converse"]["messages"][0]["content"] == [{"text": "Hi"}, {"text": "Hi"}]


def test_a_guess_is_made_where_nobody_counts():
    opened = COUNT.open(b'{"input":{"converse":{"messages":[{"role":"user","content":[{"text":"Hello there"}]}]}}}')
    assert json.loads(COUNT.estimate(COUNT.decode_request(opened))) == {"inputTokens": 7}


@pytest.mark.parametrize(
    "body", [{}, {"input": {}}, {"input": {"invokeModel": {"body": "no base64!"}}}, {"input": {"converse": 3}}]
)
def test_what_holds_no_request_is_a_bad_request(body):
    with pytest.raises(BadRequest):
        COUNT.open(json.dumps(body).encode())


@given(mutilated([v.request for v in COUNTS if v.request]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        COUNT.encode_request(COUNT.decode_request(COUNT.open(data)), url=URL, upstream="x", stream=False)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"inputTokens": -1}', b"x"])
def test_what_is_no_count_is_refused(body):
    with pytest.raises(BadUpstream):
        COUNT.decode_response(body)


def test_the_address_says_which_body_is_wanted():
    assert ranked().document == ASKED
    assert ranked(upstream="cohere.rerank-v3-5:0").document == {**ASKED, "api_version": 2}
    assert ranked(url=AGENTS).document == OF_AGENTS


def test_the_agents_api_wants_an_arn_and_says_so():
    with pytest.raises(Unsupported, match="ARN"):
        ranked(url="https://proxy.example/rerank")


@pytest.mark.parametrize(("body", "url"), [(ASKED, INVOKE), (OF_AGENTS, AGENTS), (OF_AGENTS, "https://x.example/v1")])
def test_a_client_s_own_request_goes_out_as_it_came(body, url):
    opened = RANK.open(json.dumps(body).encode())
    for draft in (
        RANK.splice_request(opened, url=url, upstream="amazon.rerank-v1:0"),
        through(RANK, body, url=url, upstream="amazon.rerank-v1:0"),
    ):
        assert json.loads(jsonbody.encode(draft.document)) == body


def test_a_request_of_the_agents_api_reaches_invoke_model():
    assert through(RANK, OF_AGENTS, url=INVOKE, upstream="amazon.rerank-v1:0").document == ASKED


def test_both_replies_are_read_alike_and_written_in_the_client_s_form():
    ours = RANK.decode_response(b'{"results":[{"index":1,"relevance_score":0.5}]}')
    theirs = RANK.decode_response(b'{"results":[{"index":1,"relevanceScore":0.5,"document":{"type":"TEXT"}}]}')
    assert ours.document == theirs.document == {"results": [{"index": 1, "relevance_score": 0.5}]}
    stamp = laws.stamp_for(RANK, json.dumps(OF_AGENTS).encode())
    assert stamp.form == AGENT
    assert json.loads(RANK.encode_response(ours, stamp)) == {"results": [{"index": 1, "relevanceScore": 0.5}]}
    assert (ours.usage.searches, ours.usage.quality) == (1, "estimated")


@given(mutilated([json.dumps(OF_AGENTS).encode(), json.dumps(ASKED).encode()]))
def test_a_mutilated_rerank_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        RANK.encode_request(RANK.decode_request(RANK.open(data)), url=AGENTS, upstream=ARN, stream=False)


@given(mutilated([b'{"results":[{"index":1,"relevance_score":0.5}]}']))
def test_a_mutilated_rerank_reply_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        assert RANK.relay_response(data, laws.STAMP).body


def problems(service, operation, document):
    """What AWS's own service model says against this input."""
    validating = pytest.importorskip("botocore.validate")
    model = pytest.importorskip("botocore.session").Session().get_service_model(service).operation_model(operation)
    return validating.ParamValidator().validate(document, model.input_shape).generate_report()


def test_the_agents_body_is_valid_by_aws_s_service_model():
    assert problems("bedrock-agent-runtime", "Rerank", ranked(url=AGENTS).document) == ""
    assert problems("bedrock-agent-runtime", "Rerank", ASKED) != ""


def test_a_counted_request_is_valid_by_aws_s_service_model():
    asked = {
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "tools": [{"type": "function", "function": {"name": "f", "description": "does", "parameters": {}}}],
        "max_tokens": 9,
    }
    request = validate(ChatRequest, json.dumps(asked).encode())
    draft = COUNT.encode_request(request, url=URL, upstream="anthropic.claude-3-7", stream=False)
    assert problems("bedrock-runtime", "CountTokens", {"modelId": "anthropic.claude-3-7", **draft.document}) == ""
