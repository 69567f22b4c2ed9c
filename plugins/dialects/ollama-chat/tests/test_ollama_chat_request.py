"""What a canonical request becomes for Ollama, and what is said about the rest; lines, ids and errors."""

import json

import pytest
from crossroads_ollama_chat import OllamaChat, said

from crossroads import jsonbody, native
from crossroads.errors import BadRequest, BadUpstream, StreamCut, Unsupported, UpstreamRefused
from crossroads.testing import laws
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

DIALECT = OllamaChat()
USER = {"role": "user", "content": "hi"}
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("f", "g")]
CALLS = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}]
TOLD = {"role": "tool", "tool_call_id": "call_1", "content": "1"}


def encoded(stream=False, **fields):
    request = validate(ChatRequest, json.dumps({"messages": [USER], **fields}).encode())
    return DIALECT.encode_request(request, url="https://x.example/api/chat", upstream="llama", stream=stream)


def lost(draft):
    return {(one.field, one.how) for one in draft.lost}


def test_parameters_become_options_and_join_those_that_are_there():
    document = encoded(temperature=0, max_completion_tokens=5, repetition_penalty=2, options={"num_ctx": 9}).document
    assert document["options"] == {"num_ctx": 9, "temperature": 0, "num_predict": 5, "repeat_penalty": 2}


def test_a_stream_is_asked_for_or_forbidden_and_left_to_the_default_only_by_who_left_it():
    asked = {"url": "https://h", "upstream": "m"}
    for told in (True, False):
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": told}).encode()
        request = DIALECT.decode_request(opened := DIALECT.open(body))
        for draft in (
            DIALECT.encode_request(request, **asked, stream=told),
            DIALECT.splice_request(opened, **asked),
        ):
            assert json.loads(jsonbody.encode(draft.document))["stream"] is told
    assert json.loads(bytes(encoded(stream=False).document["stream"])) is False
    assert "stream" not in encoded(stream=True).document
    assert DIALECT.open(b'{"model":"m","messages":[{}]}').stream is True


def test_an_empty_format_stays_for_ollama_and_is_no_loss_for_others():
    body = b'{"model":"m","messages":[{"role":"user","content":"Hi"}],"format":""}'
    request = DIALECT.decode_request(DIALECT.open(body))
    assert DIALECT.encode_request(request, url="https://h", upstream="m", stream=True).document["format"] == ""
    assert native.request_for("openai-chat", request)[1] == []


def test_what_ollama_has_not_is_left_out_and_said():
    draft = encoded(user="u", logit_bias={"1": 1}, parallel_tool_calls=False, tools=TOOLS, tool_choice="required")
    assert lost(draft) == {
        ("user", "dropped"),
        ("logit_bias", "dropped"),
        ("parallel_tool_calls", "dropped"),
        ("tool_choice", "dropped"),
    }


def test_tool_choices_are_made_by_what_is_offered():
    assert encoded(tools=TOOLS, tool_choice="none").document["tools"] == []
    named = encoded(tools=TOOLS, tool_choice={"type": "function", "function": {"name": "g"}})
    assert [tool["function"]["name"] for tool in named.document["tools"]] == ["g"]
    assert lost(named) == {("tool_choice", "emulated")}


@pytest.mark.parametrize(
    ("fields", "think"),
    [
        ({"reasoning": {"enabled": True}}, True),
        ({"reasoning": {"effort": "none"}}, False),
        ({"reasoning_effort": "medium"}, "medium"),
        ({"reasoning": {"effort": "xhigh"}}, "high"),
        ({"reasoning": {"max_tokens": 9}}, True),
    ],
)
def test_reasoning_becomes_think(fields, think):
    assert encoded(**fields).document["think"] == think


def test_calls_and_results_go_out_with_objects_ids_and_the_tools_name():
    document = encoded(messages=[USER, {"role": "assistant", "tool_calls": CALLS}, TOLD]).document
    (_, called, told) = document["messages"]
    assert called["tool_calls"] == [{"id": "call_1", "function": {"name": "f", "arguments": {"a": 1}}}]
    assert told == {"role": "tool", "content": "1", "tool_name": "f", "tool_call_id": "call_1"}


def test_calls_without_ids_get_some_by_their_order_and_lose_them_again():
    call = {"function": {"name": "f", "arguments": {}}}
    messages = [
        {"role": "assistant", "content": "", "tool_calls": [call, call]},
        {"role": "tool", "content": "1"},
        {"role": "tool", "content": "2", "tool_name": "f"},
    ]
    body = json.dumps({"model": "m", "messages": messages}).encode()
    request = DIALECT.decode_request(DIALECT.open(body))
    ids = [one.id for one in request.messages[0].tool_calls]
    assert [one.tool_call_id for one in request.messages[1:]] == ids
    assert len(set(ids)) == 2
    draft = DIALECT.encode_request(request, url="https://x.example/api/chat", upstream="llama", stream=True)
    assert draft.document["messages"] == messages


def test_images_stand_beside_the_text_without_their_wrapping():
    parts = [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": "data:image/png;base64,iVBORw=="}]
    (message,) = encoded(messages=[{"role": "user", "content": parts}]).document["messages"]
    assert message == {"role": "user", "content": "what?", "images": ["iVBORw=="]}


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "https://x.example/a.png"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
        {"messages": [{"role": "function", "name": "f", "content": "1"}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "[1]"}}]}]},
        {"functions": [{"name": "f"}]},
        {"n": 2},
        {"tools": [{"type": "web_search"}]},
        {"response_format": {"type": "grammar", "grammar": "x"}},
    ],
)
def test_what_it_cannot_say_is_refused(fields):
    with pytest.raises(Unsupported):
        encoded(**fields)


def test_options_count_as_the_parameters_that_they_are():
    body = b'{"model":"m","messages":[{}],"options":{"top_k":1,"num_predict":7},"think":true,"format":{}}'
    opened = DIALECT.open(body)
    assert {"top_k", "max_tokens", "reasoning"} <= opened.parameters
    assert opened.max_output_tokens == 7
    endless = DIALECT.open(b'{"model":"m","messages":[{"role":"user","content":"a"}],"options":{"num_predict":-1}}')
    assert endless.max_output_tokens is None
    assert DIALECT.decode_request(endless).max_tokens is None
    with pytest.raises(BadRequest, match="messages"):
        DIALECT.open(b'{"model":"m"}')


TEXT = b'{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"a"},"done":false}\n'


def test_an_error_in_the_stream_leaves_after_the_tokens_and_looks_like_no_end():
    out, error = laws.relay_all(DIALECT, [TEXT, b'{"error":"out of memory"}\n'])
    assert isinstance(error, UpstreamRefused)
    assert error.billing == "maybe"
    assert b'"content":"a"' in out
    assert b'"done":true' not in out
    told = DIALECT.encode_error(error, None, in_stream=True)
    assert isinstance(laws.decode_all(DIALECT, [TEXT + told])[1], UpstreamRefused)


def test_framing_does_not_prove_the_end():
    relay = DIALECT.relay_stream(laws.STAMP)
    relay.feed(TEXT)
    with pytest.raises(StreamCut):
        relay.close(framed=True, usage=laws.NO_USAGE)


def test_a_part_is_no_whole_reply():
    with pytest.raises(BadUpstream, match="part"):
        DIALECT.decode_response(TEXT)


def test_what_a_model_lacks_may_be_elsewhere():
    error = DIALECT.decode_error(400, (), b'{"error":"registry.ollama.ai/library/gemma does not support tools"}')
    assert (error.code, error.elsewhere) == ("invalid_request", True)
    assert DIALECT.decode_error(404, (), b'{"error":"model \'x\' not found"}').code == "not_found"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-05-24T21:01:59.481632Z", 1716584519),
        ("2023-08-04T08:52:19.385406455-07:00", 1691164339),
        ("2025-08-08T10:00:00Z", 1754647200),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times_are_seconds(text, at):
    assert said.seconds(text) == at


def test_what_only_ollama_knows_is_reported_where_it_is_lost():
    body = {"model": "m", "messages": [USER], "keep_alive": "5m", "options": {"num_ctx": 5, "seed": 1}}
    request, left_out = native.request_for(
        "openai-chat", DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
    )
    assert [one.field for one in left_out] == ["keep_alive", "options"]
    assert request.seed == 1


def test_a_silent_stream_is_kept_alive_by_what_clients_skip():
    assert json.loads(DIALECT.keepalive + TEXT)["done"] is False


def test_reasoning_that_was_to_be_hidden_and_is_not_is_said():
    assert lost(encoded(include_reasoning=False)) == {("include_reasoning", "dropped")}
    assert lost(encoded(include_reasoning=True, modalities=["text"])) == set()


TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in "fgh"]
ALLOWED = {"mode": "auto", "tools": [{"type": "function", "function": {"name": name}} for name in "gh"]}


def test_the_tools_that_a_choice_allows_are_offered_and_one_that_is_not_there_is_refused():
    draft = encoded(tools=TOOLS, tool_choice={"type": "allowed_tools", "allowed_tools": ALLOWED})
    assert [tool["function"]["name"] for tool in draft.document["tools"]] == ["g", "h"]
    assert ("tool_choice", "emulated") in lost(draft)
    with pytest.raises(Unsupported):
        encoded(tools=TOOLS, tool_choice={"type": "custom", "custom": {"name": "x"}})
