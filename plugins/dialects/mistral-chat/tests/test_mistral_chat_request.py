"""What a canonical request becomes for Mistral, and what is said about the rest."""

import json

import pytest
from crossroads_mistral_chat import MistralChat

from crossroads import native
from crossroads.errors import BadRequest, Unsupported
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

DIALECT = MistralChat()
USER = {"role": "user", "content": "hi"}


def encoded(stream=False, **fields):
    request = validate(ChatRequest, json.dumps({"messages": [USER], **fields}).encode())
    return DIALECT.encode_request(request, url="https://x.example/v1", upstream="small-2", stream=stream)


def lost(draft):
    return {(one.field, one.how) for one in draft.lost}


def test_fields_go_out_under_mistrals_names():
    document = encoded(seed=7, max_completion_tokens=5, tool_choice="required").document
    assert (document["random_seed"], document["max_tokens"], document["tool_choice"]) == (7, 5, "any")
    assert not {"seed", "max_completion_tokens"} & set(document)


def test_what_mistral_has_not_is_left_out_and_said():
    draft = encoded(stream=True, user="u", logit_bias={"1": 1}, min_p=0.1, stream_options={"include_usage": False})
    assert not {"user", "logit_bias", "min_p", "stream_options", "provider"} & set(draft.document)
    assert lost(draft) == {("user", "dropped"), ("logit_bias", "dropped"), ("min_p", "dropped")}


def test_a_field_that_nobody_names_passes():
    assert encoded(safe_prompt=True, guardrails=[]).document["safe_prompt"] is True


@pytest.mark.parametrize(
    ("reasoning", "effort"),
    [
        ({"effort": "low"}, "low"),
        ({"enabled": True}, "high"),
        ({"enabled": False}, "none"),
        ({"max_tokens": 9}, "high"),
    ],
)
def test_reasoning_becomes_an_effort(reasoning, effort):
    document = encoded(reasoning=reasoning).document
    assert document["reasoning_effort"] == effort
    assert "reasoning" not in document


def test_foreign_tool_call_ids_become_nine_letters_and_still_match():
    calls = [{"id": "call_abc", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    messages = [USER, {"role": "assistant", "tool_calls": calls}]
    messages += [{"role": "tool", "tool_call_id": "call_abc", "content": "1"}]
    draft = encoded(messages=messages)
    made = draft.document["messages"]
    assert made[1]["tool_calls"][0]["id"] == made[2]["tool_call_id"]
    assert len(made[2]["tool_call_id"]) == 9
    assert made[2]["tool_call_id"].isalnum()
    assert lost(draft) == {("messages[].tool_calls[].id", "emulated")}


def test_reasoning_of_others_is_carried_as_text_and_their_seals_are_not():
    details = [
        {"type": "reasoning.text", "text": "hm", "signature": "s", "format": "anthropic-claude-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "xx", "format": "openai-responses-v1", "index": 1},
        {"type": "reasoning.summary", "summary": "so", "index": 2},
    ]
    draft = encoded(messages=[USER, {"role": "assistant", "content": "yes", "reasoning_details": details}])
    assert draft.document["messages"][1]["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "thinking", "thinking": [{"type": "text", "text": "so"}]},
        {"type": "text", "text": "yes"},
    ]
    assert lost(draft) == {("messages[].reasoning_details", "dropped")}


def test_developer_is_system_and_names_are_left_out():
    messages = [{"role": "developer", "content": "a", "name": "n"}, USER]
    draft = encoded(messages=messages)
    assert draft.document["messages"][0] == {"role": "system", "content": "a"}
    assert lost(draft) == {("messages[].role", "renamed"), ("messages[].name", "dropped")}


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [{"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://x.example"}}]}]},
        {"messages": [{"role": "function", "name": "f", "content": "1"}]},
        {"functions": [{"name": "f"}]},
        {"response_format": {"type": "grammar", "grammar": "x"}},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"filename": "a"}}]}]},
    ],
)
def test_what_it_cannot_say_is_refused(fields):
    with pytest.raises(Unsupported):
        encoded(**fields)


def test_a_function_without_parameters_gets_some():
    tools = [{"type": "function", "function": {"name": "f"}, "cache_control": {"type": "ephemeral"}}]
    draft = encoded(tools=tools)
    assert draft.document["tools"] == [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    assert lost(draft) == {("tools[].cache_control", "dropped")}


def test_random_seed_counts_as_the_parameter_that_it_is_and_messages_must_be_there():
    assert "seed" in DIALECT.open(b'{"model":"m","messages":[{}],"random_seed":1}').parameters
    with pytest.raises(BadRequest, match="messages"):
        DIALECT.open(b'{"model":"m","prompt":"x"}')


def test_an_unknown_model_may_be_known_elsewhere_and_a_long_prompt_fit_elsewhere():
    gone = DIALECT.decode_error(400, (), b'{"object":"error","message":"Invalid model: x","type":"invalid_model"}')
    assert (gone.code, gone.elsewhere) == ("not_found", True)
    text = b'{"object":"error","message":"Prompt contains 9 tokens, too large for model with 8 maximum context length"}'
    assert DIALECT.decode_error(400, (), text).code == "context_length_exceeded"


def test_an_error_for_a_mistral_client_has_mistrals_shape():
    error = BadRequest("it is missing.", remedy="Send it.", field="messages")
    told = json.loads(DIALECT.encode_error(error, None, in_stream=False))
    assert told == {
        "object": "error",
        "message": str(error),
        "type": "invalid_request",
        "param": "messages",
        "code": "400",
    }


def test_what_only_mistral_knows_is_reported_where_it_is_lost():
    message = {"role": "assistant", "content": "So", "prefix": True}
    body = {"model": "m", "messages": [USER, message], "safe_prompt": True, "guardrails": []}
    request, left_out = native.request_for(
        "openai-chat", DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
    )
    assert {one.field for one in left_out} == {"safe_prompt", "prefix"}
    assert "safe_prompt" not in request.model_dump()


def test_reasoning_that_was_to_be_hidden_and_is_not_is_said():
    assert lost(encoded(include_reasoning=False)) == {("include_reasoning", "dropped")}
    assert lost(encoded(include_reasoning=True, modalities=["text"])) == set()
