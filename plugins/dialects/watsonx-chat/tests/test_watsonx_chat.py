"""watsonx.ai's chat: where it differs from OpenAI's.

The replies are IBM's own examples (watsonx.ai documentation, "Building agent-driven workflows with the chat API", read
2026-11-25), shortened.
"""

import contextlib
import json

import pytest
from crossroads_watsonx_chat import WatsonxChat
from hypothesis import HealthCheck, given, settings

from crossroads import jsonbody, native
from crossroads.errors import BadRequest, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

TestWatsonxChat = dialect_conformance(WatsonxChat)

DIALECT = WatsonxChat()
RELAXED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WHERE = {"url": "https://api.northwind.example/ml/v1/text/chat?version=2024-10-08", "upstream": "small-2"}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}
REPLY = json.dumps(
    {
        "id": "chatcmpl-2f47",
        "model_id": "mistralai/mistral-large",
        "model": "mistralai/mistral-large",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "tool_calls": [
                        {"id": "H6K", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}
                    ],
                },
                "finish_reason": "tool_calls",
            }
        ],
        "created": 1739311926,
        "model_version": "2.0.0",
        "created_at": "2025-02-11T22:12:07.243Z",
        "usage": {"completion_tokens": 25, "prompt_tokens": 189, "total_tokens": 214},
    }
).encode()
CHUNK = {"id": "chatcmpl-1", "model_id": "ibm/granite", "model": "ibm/granite", "created": 1739311926}
STREAM = b"".join(
    b"id: %d\nevent: message\ndata: %b\n\n" % (at, json.dumps({**CHUNK, **told}).encode())
    for at, told in enumerate(
        [
            {"choices": [{"index": 0, "finish_reason": None, "delta": {"role": "assistant", "content": ""}}]},
            {"choices": [{"index": 0, "finish_reason": None, "delta": {"content": "Hel"}}]},
            {"choices": [{"index": 0, "finish_reason": "stop", "delta": {"content": "lo"}}]},
            {"choices": [], "usage": {"completion_tokens": 3, "prompt_tokens": 9, "total_tokens": 12}},
        ],
        1,
    )
)
REQUEST = json.dumps(
    {
        "model_id": "ibm/granite",
        "project_id": "p",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "What is 2 plus 4?"}]}],
        "tools": [TOOL],
        "tool_choice_option": "auto",
        "max_tokens": 300,
        "time_limit": 1000,
    }
).encode()


def sent(**fields):
    body = {"messages": [{"role": "user", "content": "Hi"}], **fields}
    draft = DIALECT.encode_request(validate(ChatRequest, json.dumps(body).encode()), **WHERE, stream=False)
    return json.loads(jsonbody.encode(draft.document)), [(one.field, one.how) for one in draft.lost]


def test_both_paths_are_one():
    laws.both_paths_send_the_same(DIALECT, REQUEST)
    laws.both_paths_reply_the_same(DIALECT, REPLY)
    laws.both_paths_stream_the_same(DIALECT, STREAM)
    laws.a_split_changes_nothing(DIALECT, STREAM, range(0, len(STREAM), 3))


def test_a_request_goes_out_as_it_came_and_to_another_dialect_without_what_is_ibms():
    opened = DIALECT.open(REQUEST, {"path": "/ml/v1/text/chat_stream"})
    draft = DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)
    assert json.loads(jsonbody.encode(draft.document)) == {**json.loads(REQUEST), "model_id": "small-2"}
    assert draft.url == "https://api.northwind.example/ml/v1/text/chat_stream?version=2024-10-08"
    other, lost = native.request_for("openai-chat", DIALECT.decode_request(opened))
    told = other.model_dump(exclude_unset=True)
    assert (told["tool_choice"], told["model"], told["stream"]) == ("auto", "ibm/granite", True)
    assert {"project_id", "time_limit", "native"}.isdisjoint(told)
    assert [one.field for one in lost] == ["time_limit"]


def test_a_reply_says_what_it_said_and_names_the_model_as_the_client_knows_it():
    reply = DIALECT.decode_response(REPLY)
    (choice,) = reply.document["choices"]
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "add", "arguments": '{"a": 2}'}
    assert (reply.finish_reason, reply.usage.prompt_tokens, reply.usage.completion_tokens) == ("tool_calls", 189, 25)
    assert "model_id" not in reply.document
    for body in (DIALECT.relay_response(REPLY, laws.STAMP).body, DIALECT.encode_response(reply, laws.STAMP)):
        told = json.loads(body)
        assert (told["model"], told["model_id"]) == ("acme/small", "acme/small")


def test_a_stream_ends_without_a_word_that_ibms_clients_do_not_know():
    documents, decoder = laws.decode_all(DIALECT, [STREAM])
    encoder = DIALECT.encode_stream(laws.STAMP)
    encoded = b"".join(map(encoder.encode, documents)) + encoder.close(decoder.usage)
    for data in (laws.relay_all(DIALECT, [STREAM])[0], encoded):
        told = [json.loads(line[6:]) for line in data.splitlines() if line]
        text = "".join(choice["delta"].get("content", "") for one in told for choice in one["choices"])
        assert (text, told[-1]["usage"]["total_tokens"]) == ("Hello", 12)
        assert {one["model_id"] for one in told} == {"acme/small"}


def test_what_ibm_words_otherwise():
    document, lost = sent(
        tools=[TOOL],
        tool_choice="required",
        stop="x",
        reasoning={"effort": "xhigh", "exclude": True},
        response_format={"type": "grammar", "grammar": "root ::= 'a'"},
        top_k=4,
        stream_options={"include_usage": True},
        messages=[{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    )
    assert document == {
        "model_id": "small-2",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "stop": ["x"],
        "tools": [TOOL],
        "tool_choice_option": "required",
        "guided_grammar": "root ::= 'a'",
        "reasoning_effort": "high",
        "include_reasoning": False,
    }
    assert lost == [("top_k", "dropped"), ("messages[].role", "renamed"), ("reasoning.effort", "emulated")]
    named = {"type": "function", "function": {"name": "add"}}
    assert sent(tools=[TOOL], tool_choice=named)[0]["tool_choice"] == named
    document, lost = sent(
        reasoning={"enabled": False}, messages=[{"role": "assistant", "content": "a", "reasoning": "b"}]
    )
    assert document["messages"] == [{"role": "assistant", "content": "a"}]
    assert lost == [("messages[].reasoning", "dropped"), ("reasoning", "emulated")]


@pytest.mark.parametrize(
    "fields",
    [
        {"functions": [{"name": "f"}]},
        {"tools": [{"type": "web_search"}]},
        {"response_format": {"type": "python"}},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
        {"messages": [{"role": "function", "name": "f", "content": "1"}]},
    ],
)
def test_what_it_has_no_word_for_is_refused(fields):
    with pytest.raises(Unsupported):
        sent(**fields)


@RELAXED
@given(mutilated([REQUEST]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        opened = DIALECT.open(data)
        DIALECT.splice_request(opened, **WHERE)
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)


@RELAXED
@given(mutilated([REPLY, STREAM]))
def test_a_mutilated_answer_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        DIALECT.encode_response(DIALECT.decode_response(data), laws.STAMP)
    laws.a_split_changes_nothing(DIALECT, data, [5, 99])
