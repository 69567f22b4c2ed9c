"""Requests: from a client of Anthropic's to the canonical form, and from any client to an Anthropic upstream."""

import json

import pytest
from crossroads_anthropic_messages import AnthropicMessages

from crossroads import jsonbody
from crossroads.errors import BadRequest
from crossroads.testing import laws
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

DIALECT = AnthropicMessages()
USER = {"role": "user", "content": "Hi"}
OLD, MIDDLE, NEW = "claude-sonnet-4-20250514", "claude-opus-4-6", "claude-opus-4-8"


def opened(**fields):
    return DIALECT.open(json.dumps({"model": "m", "max_tokens": 9, "messages": [USER], **fields}).encode())


def decoded(**fields):
    return DIALECT.decode_request(opened(**fields))


def canonical(**fields):
    return decoded(**fields).model_dump(exclude_unset=True, by_alias=True)


def draft(upstream=OLD, stream=False, **fields):
    request = validate(ChatRequest, json.dumps({"messages": [USER], **fields}).encode())
    return DIALECT.encode_request(request, url="u", upstream=upstream, stream=stream)


def encoded(upstream=OLD, **fields):
    return json.loads(jsonbody.encode(draft(upstream, **fields).document))


def lost(upstream=OLD, **fields):
    return {one.field: one.how for one in draft(upstream, **fields).lost}


# what a client of Anthropic's says


def test_what_routing_needs_is_read():
    found = opened(models=["a/b"], stream=True, thinking={"type": "adaptive"}, provider={"only": ["x"]}, session_id="s")
    assert found.models == ("m", "a/b")
    assert (found.stream, found.max_output_tokens, found.session_id) == (True, 9, "s")
    assert found.parameters == {"max_tokens", "reasoning"}
    assert bytes(found.preferences) == b'{"only": ["x"]}'


def test_fallbacks_are_models_with_a_name_and_nothing_else():
    assert opened(fallbacks=[{"model": "a/b"}, {"model": "c/d"}]).models == ("m", "a/b", "c/d")
    for wrong in ([{"model": "a/b"}] * 4, [{"model": "a/b", "max_tokens": 1}], [{"model": 5}], ["a/b"]):
        with pytest.raises(BadRequest, match="fallbacks"):
            opened(fallbacks=wrong)
    with pytest.raises(BadRequest, match="fallbacks"):
        opened(fallbacks=[{"model": "a/b"}], models=["c/d"])


def test_what_only_the_router_reads_is_not_sent():
    spliced = DIALECT.splice_request(
        opened(models=["x/y"], provider={}, plugins=[], session_id="s", trace={}, fallbacks=None),
        url="u",
        upstream="up",
    )
    assert set(spliced.document) == {"model", "max_tokens", "messages"}
    assert spliced.document["model"] == "up"


def test_a_user_goes_out_hashed_and_never_over_the_callers_own_id():
    for fields, known in (({"user": "lovelace"}, None), ({"user": "lovelace", "metadata": {"user_id": "x"}}, "x")):
        sent = json.loads(jsonbody.encode(DIALECT.splice_request(opened(**fields), url="", upstream="u").document))
        assert "user" not in sent
        assert "lovelace" not in json.dumps(sent)
        assert known is None or sent["metadata"] == {"user_id": known}


def test_tool_results_become_messages_of_their_own_before_the_rest():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "4"}, image]}
    message = {"role": "user", "content": [{"type": "text", "text": "so?"}, result]}
    tool, user = canonical(messages=[message])["messages"]
    assert (tool["role"], tool["tool_call_id"]) == ("tool", "t")
    assert tool["content"][1] == {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    assert user == {"role": "user", "content": [{"type": "text", "text": "so?"}]}


def test_a_turn_of_the_assistant_keeps_reasoning_and_calls():
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "redacted_thinking", "data": "xyz"},
        {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "t", "name": "add", "input": {"a": 1}},
    ]
    (made,) = canonical(messages=[{"role": "assistant", "content": content}])["messages"]
    assert made["content"] == "Let me see."
    assert made["reasoning_details"] == [
        {"type": "reasoning.text", "text": "hm", "signature": "sig", "format": "anthropic-claude-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "xyz", "format": "anthropic-claude-v1", "index": 1},
    ]
    assert made["tool_calls"][0]["function"] == {"name": "add", "arguments": '{"a":1}'}


def test_parameters_have_their_canonical_names():
    made = canonical(
        system="Be brief.",
        stop_sequences=["x"],
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
        thinking={"type": "enabled", "budget_tokens": 2048},
        output_config={"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object"}}},
        tools=[{"name": "f", "description": "d", "input_schema": {"type": "object"}}],
    )
    assert made["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (made["stop"], made["tool_choice"], made["parallel_tool_calls"]) == (["x"], "required", False)
    assert (made["reasoning"], made["verbosity"]) == ({"max_tokens": 2048}, "high")
    assert made["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert made["tools"][0]["function"] == {"name": "f", "description": "d", "parameters": {"type": "object"}}


def test_what_has_no_canonical_word_is_named_and_does_not_reach_another_dialect():
    request = decoded(
        context_management={"edits": []},
        tools=[{"name": "f", "input_schema": {"type": "object"}, "defer_loading": True}],
        messages=[{"role": "assistant", "content": [{"type": "server_tool_use", "id": "s", "name": "w", "input": {}}]}],
    )
    assert request.original.unsaid == ("context_management", "messages.server_tool_use", "tools.defer_loading")
    told = request.model_dump_json(exclude_unset=True)
    assert not any(word in told for word in ("context_management", "server_tool_use", "defer_loading"))


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        (["Hi"], "messages.0"),
        ([{"role": "robot", "content": ""}], "messages.0.role"),
        ([{"role": "user"}], "messages.0.content"),
        ([{"role": "user", "content": {"type": "text"}}], "messages.0.content"),
        ([{"role": "user", "content": [{"text": "x"}]}], "messages.0.content.0.type"),
    ],
)
def test_a_message_that_is_none_is_refused_by_its_place(messages, field):
    with pytest.raises(BadRequest) as caught:
        decoded(messages=messages)
    assert caught.value.field == field


def test_what_a_policy_changed_is_translated_and_the_rest_goes_out_as_it_came():
    kept = {"role": "assistant", "content": [{"type": "text", "text": "A.", "citations": []}]}
    request = decoded(
        messages=[USER, kept, {"role": "user", "content": "My number is 5."}],
        temperature=0.5,
        context_management={"edits": []},
        thinking={"type": "enabled", "budget_tokens": 1024, "display": "omitted"},
    )
    fields = request.model_dump(exclude_unset=True, by_alias=True)
    fields["messages"][2]["content"] = "My number is *."
    fields["temperature"] = 0.1
    changed = request.model_copy(update={"temperature": 0.1})
    changed.messages = validate(ChatRequest, json.dumps(fields).encode()).messages
    sent = DIALECT.encode_request(changed, url="", upstream=OLD, stream=False).document
    assert sent["messages"] == [USER, kept, {"role": "user", "content": "My number is *."}]
    assert sent["temperature"] == 0.1
    assert sent["context_management"] == {"edits": []}
    assert sent["thinking"]["display"] == "omitted"
    assert "5" not in json.dumps(sent["messages"])


def test_a_wrong_value_is_found_in_the_message_that_the_caller_wrote():
    results = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id} for id in ("a", "b")]}
    wrong = {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": 5, "input": {}}]}
    with pytest.raises(BadRequest) as caught:
        decoded(system="S", messages=[results, wrong])
    assert (caught.value.field, caught.value.value) == ("messages.1", 5)


def test_a_limit_that_the_caller_left_out_is_sent_on_both_paths():
    fields = {"model": "m", "messages": [USER], "thinking": {"type": "enabled", "budget_tokens": 50_000}}
    found = DIALECT.open(json.dumps(fields).encode())
    spliced = DIALECT.splice_request(found, url="", upstream="claude-sonnet-4-5")
    assert spliced.document["max_tokens"] == 51_024
    assert [one.field for one in spliced.lost] == ["max_tokens"]
    laws.both_paths_send_the_same(DIALECT, json.dumps(fields).encode())
