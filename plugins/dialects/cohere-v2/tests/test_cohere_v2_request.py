"""What a canonical request becomes for Cohere, and what is said about the rest; errors in both directions."""

import json

import pytest
from crossroads_cohere_v2 import CohereV2

from crossroads import native
from crossroads.errors import BadRequest, StreamCut, Unsupported, UpstreamRefused
from crossroads.testing import laws
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

DIALECT = CohereV2()
USER = {"role": "user", "content": "hi"}
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("f", "g")]


def encoded(**fields):
    request = validate(ChatRequest, json.dumps({"messages": [USER], **fields}).encode())
    return DIALECT.encode_request(request, url="https://x.example/v2/chat", upstream="command", stream=False)


def lost(draft):
    return {(one.field, one.how) for one in draft.lost}


def test_fields_go_out_under_coheres_names_and_inside_its_limits():
    draft = encoded(top_p=1, top_k=900, stop="x", max_completion_tokens=5, frequency_penalty=-1, seed=3)
    document = draft.document
    assert (document["p"], document["k"], document["stop_sequences"]) == (0.99, 500, ["x"])
    assert (document["max_tokens"], document["frequency_penalty"], document["seed"]) == (5, 0.0, 3)
    assert lost(draft) == {("top_p", "clamped"), ("top_k", "clamped"), ("frequency_penalty", "clamped")}


def test_what_cohere_has_not_is_left_out_and_said():
    draft = encoded(user="u", logit_bias={"1": 1}, min_p=0.1, parallel_tool_calls=False, stop=list("abcdef"))
    assert not {"user", "logit_bias", "min_p", "parallel_tool_calls"} & set(draft.document)
    assert lost(draft) == {
        ("user", "dropped"),
        ("logit_bias", "dropped"),
        ("min_p", "dropped"),
        ("parallel_tool_calls", "dropped"),
        ("stop", "clamped"),
    }


@pytest.mark.parametrize(
    ("fields", "thinking"),
    [
        ({"reasoning": {"effort": "high"}, "max_tokens": 1000}, {"type": "enabled", "token_budget": 800}),
        ({"reasoning": {"effort": "high"}}, {"type": "enabled"}),
        ({"reasoning_effort": "none"}, {"type": "disabled"}),
        ({"reasoning": {"max_tokens": 7}}, {"type": "enabled", "token_budget": 7}),
        ({"reasoning": {"enabled": False}}, {"type": "disabled"}),
    ],
)
def test_reasoning_becomes_thinking(fields, thinking):
    assert encoded(**fields).document["thinking"] == thinking


def test_a_named_tool_is_the_only_one_that_is_offered():
    draft = encoded(tools=TOOLS, tool_choice={"type": "function", "function": {"name": "g"}})
    assert [tool["function"]["name"] for tool in draft.document["tools"]] == ["g"]
    assert draft.document["tool_choice"] == "REQUIRED"
    assert lost(draft) == {("tool_choice", "emulated")}


def test_an_automatic_choice_is_left_unsaid():
    assert "tool_choice" not in encoded(tools=TOOLS, tool_choice="auto").document


def test_annotations_of_others_become_citations():
    note = {"type": "url_citation", "url_citation": {"url": "https://x.example", "start_index": 0, "end_index": 2}}
    messages = [USER, {"role": "assistant", "content": "so", "annotations": [note]}]
    (_, sent) = encoded(messages=messages).document["messages"]
    (citation,) = sent["citations"]
    assert (citation["start"], citation["end"], citation["sources"][0]["id"]) == (0, 2, "https://x.example")


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_data": "https://x.example"}}]}]},
        {"messages": [{"role": "function", "name": "f", "content": "1"}]},
        {"functions": [{"name": "f"}]},
        {"n": 2},
        {"tools": [{"type": "web_search"}]},
        {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "h"}}},
        {"response_format": {"type": "grammar", "grammar": "x"}},
    ],
)
def test_what_it_cannot_say_is_refused(fields):
    with pytest.raises(Unsupported):
        encoded(**fields)


def test_parameters_count_under_their_canonical_names():
    body = b'{"model":"m","messages":[{}],"k":1,"p":0.5,"stop_sequences":[],"thinking":{"type":"enabled"}}'
    assert {"top_k", "top_p", "reasoning"} <= DIALECT.open(body).parameters
    with pytest.raises(BadRequest, match="messages"):
        DIALECT.open(b'{"model":"m"}')


START = b'event: message-start\ndata: {"id":"i","type":"message-start","delta":{"message":{"role":"assistant"}}}\n\n'
TEXT = (
    b'event: content-delta\ndata: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a"}}}}\n\n'
)
BROKEN = b'event: message-end\ndata: {"type":"message-end","delta":{"error":"overloaded","finish_reason":"ERROR"}}\n\n'


def test_an_error_in_the_stream_leaves_after_the_tokens_and_looks_like_no_end():
    out, error = laws.relay_all(DIALECT, [START + TEXT, BROKEN])
    assert isinstance(error, UpstreamRefused)
    assert error.billing == "maybe"
    assert b'"text":"a"' in out
    assert b"message-end" not in out
    chunks, error = laws.decode_all(DIALECT, [START + TEXT + BROKEN])
    assert isinstance(error, UpstreamRefused)
    assert len(chunks) == 2


def test_nothing_leaves_before_the_first_token():
    relay = DIALECT.relay_stream(laws.STAMP)
    assert relay.feed(START) == b""
    assert relay.feed(TEXT).count(b"data:") == 2
    with pytest.raises(StreamCut):
        relay.close(framed=True, usage=laws.NO_USAGE)


def test_an_error_for_a_cohere_client_has_coheres_shape_and_ends_its_stream():
    error = BadRequest("it is missing.", remedy="Send it.", field="messages")
    assert json.loads(DIALECT.encode_error(error, None, in_stream=False))["message"] == str(error)
    event = DIALECT.encode_error(error, None, in_stream=True)
    assert isinstance(laws.decode_all(DIALECT, [event])[1], UpstreamRefused)


def test_an_invalid_token_is_not_the_callers_fault():
    error = DIALECT.decode_error(498, (), b'{"message":"invalid token"}')
    assert (error.code, error.status, error.upstream_status) == ("provider_unavailable", 502, 498)


def test_what_only_cohere_knows_is_reported_or_refused_where_it_is_lost():
    body = {"model": "m", "messages": [USER], "safety_mode": "OFF"}
    request = DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
    assert [one.field for one in native.request_for("openai-chat", request)[1]] == ["safety_mode"]
    request = DIALECT.decode_request(DIALECT.open(json.dumps({**body, "documents": ["a"]}).encode()))
    with pytest.raises(Unsupported, match="documents"):
        native.request_for("openai-chat", request)


def test_reasoning_that_was_to_be_hidden_and_is_not_is_said():
    assert lost(encoded(include_reasoning=False)) == {("include_reasoning", "dropped")}
    assert lost(encoded(include_reasoning=True, modalities=["text"])) == set()
