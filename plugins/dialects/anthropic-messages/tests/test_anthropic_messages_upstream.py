"""Requests of any client, as an Anthropic upstream gets them."""

import base64
import json
import re

import pytest
from crossroads_anthropic_messages import AnthropicMessages, foreign
from crossroads_anthropic_messages.tools import OUTPUT_TOOL

from crossroads import jsonbody
from crossroads.errors import Unsupported
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


def test_system_messages_go_to_the_top_and_a_later_one_is_told():
    system = {"role": "system", "content": "S"}
    assert encoded(messages=[system, USER])["system"] == "S"
    late = [system, USER, {"role": "developer", "content": "L"}, USER]
    assert encoded(messages=late)["system"] == [{"type": "text", "text": "S"}, {"type": "text", "text": "L"}]
    assert lost(messages=late)["messages.2"] == "emulated"
    native = encoded(NEW, messages=late)
    assert (native["system"], native["messages"][1]) == ("S", {"role": "system", "content": "L"})


def test_results_of_parallel_calls_and_what_follows_join_into_one_turn():
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}
    messages = [
        USER,
        {"role": "assistant", "content": "", "tool_calls": [call, {**call, "id": "b"}]},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "2"}]},
        USER,
    ]
    made = encoded(messages=messages)["messages"]
    assert [one["role"] for one in made] == ["user", "assistant", "user"]
    assert [block["type"] for block in made[1]["content"]] == ["tool_use", "tool_use"]
    assert made[1]["content"][0]["input"] == {"x": 1}
    assert [block["type"] for block in made[2]["content"]] == ["tool_result", "tool_result", "text"]


@pytest.mark.parametrize("given", ["functions.f:0", "", "a b", None])
def test_an_id_that_claude_refuses_becomes_another_one_on_both_sides(given):
    call = {"id": given, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    result = {"role": "tool", "content": "1", "name": "f", **({"tool_call_id": given} if given is not None else {})}
    messages = [USER, {"role": "assistant", "content": None, "tool_calls": [call]}, result]
    made = encoded(messages=messages)["messages"]
    sent = made[1]["content"][0]["id"]
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", sent)
    assert made[2]["content"][0]["tool_use_id"] == sent
    assert ("messages.1.tool_calls.0.id" in lost(messages=messages)) is bool(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reasoning", "Hm"), ("reasoning_content", "Hm"), ("refusal", "No"), ("annotations", [{"type": "x"}]),
        ("images", [{"type": "image_url", "image_url": {"url": "http://x"}}]), ("audio", {"id": "a"}),
    ],
)  # fmt: skip
def test_what_a_turn_of_the_assistant_can_not_say_is_told(name, value):
    messages = [USER, {"role": "assistant", "content": "Hi", name: value}, USER]
    assert lost(messages=messages)[f"messages.1.{name}"] == "dropped"


def test_a_field_that_nobody_knows_is_told():
    assert lost(frobnicate=1, safety_identifier="x").items() >= {
        ("frobnicate", "dropped"),
        ("safety_identifier", "dropped"),
    }


def test_arguments_that_are_no_object_are_sent_inside_one():
    call = {"id": "a", "function": {"name": "f", "arguments": "oops"}}
    messages = [{"role": "assistant", "content": None, "tool_calls": [call]}]
    assert encoded(messages=messages)["messages"][0]["content"][0]["input"] == {"arguments": "oops"}
    assert lost(messages=messages)["messages.0.tool_calls.0.function.arguments"] == "emulated"


def test_images_and_files_are_blocks_and_other_media_are_refused():
    text = base64.b64encode(b"plain").decode()
    parts = [
        {
            "type": "image_url",
            "image_url": {"url": "https://example.com/a.png"},
            "cache_control": {"type": "ephemeral"},
        },
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
        {"type": "file", "file": {"filename": "b.txt", "file_data": f"data:text/plain;base64,{text}"}},
        {"type": "file", "file": {"file_id": "file_1"}},
    ]
    made = encoded(messages=[{"role": "user", "content": parts}])["messages"][0]["content"]
    assert made[0]["cache_control"] == {"type": "ephemeral"}
    assert [block["source"]["type"] for block in made] == ["url", "base64", "base64", "text", "file"]
    assert (made[2]["title"], made[3]["source"]["data"]) == ("a.pdf", "plain")
    assert draft(messages=[{"role": "user", "content": parts[-1:]}]).headers[-1] == (
        b"anthropic-beta",
        b"files-api-2025-04-14",
    )
    for part in (
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        {"type": "image_url", "image_url": {"url": "data:image/tiff;base64,AA=="}},
        {"type": "file", "file": {"filename": "c"}},
    ):
        with pytest.raises(Unsupported, match=r"messages\.0\.content\.0"):
            encoded(messages=[{"role": "user", "content": [part]}])


def test_what_anthropic_lacks_is_dropped_and_told_or_refused():
    assert lost(seed=1, logprobs=True, frequency_penalty=0.5, max_tokens=5) == {
        "seed": "dropped",
        "logprobs": "dropped",
        "frequency_penalty": "dropped",
    }
    for fields in ({"n": 2}, {"modalities": ["text", "audio"]}):
        with pytest.raises(Unsupported):
            encoded(**fields)


def test_a_limit_is_always_named():
    assert encoded()["max_tokens"] == 32_000
    assert encoded("claude-3-haiku-20240307")["max_tokens"] == 4096
    assert lost()["max_tokens"] == "emulated"
    assert encoded(max_completion_tokens=7, max_tokens=9)["max_tokens"] == 7


def test_sampling_is_fitted_to_the_model():
    both = {"temperature": 1.7, "top_p": 0.5, "max_tokens": 5}
    assert encoded("claude-3-5-sonnet-20241022", **both)["temperature"] == 1
    assert lost("claude-3-5-sonnet-20241022", **both) == {"temperature": "clamped"}
    assert lost("claude-opus-4-1", **both) == {"temperature": "clamped", "top_p": "dropped"}
    assert lost(NEW, **both) == {"temperature": "dropped", "top_p": "dropped"}


def test_tools_choice_and_parallel_calls():
    tool = {"type": "function", "function": {"name": "f", "parameters": {}, "strict": True}}
    made = encoded(tools=[tool], tool_choice="required", parallel_tool_calls=False)
    assert made["tools"] == [{"name": "f", "input_schema": {"type": "object", "properties": {}}, "strict": True}]
    assert made["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}
    named = {"type": "function", "function": {"name": "f"}}
    assert encoded(tools=[tool], tool_choice=named)["tool_choice"] == {"type": "tool", "name": "f"}
    assert encoded(functions=[{"name": "f"}], function_call="auto")["tool_choice"] == {"type": "auto"}
    search = {"type": "web_search_20250305", "name": "web_search"}
    assert encoded(tools=[search])["tools"] == [search]
    with pytest.raises(Unsupported, match=r"tools\.0\.type"):
        encoded(tools=[{"type": "code_interpreter"}])


SCHEMA = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object", "properties": {}}}}


def test_structured_output_is_native_where_the_model_has_it_and_a_forced_tool_elsewhere():
    assert encoded(NEW, response_format=SCHEMA)["output_config"]["format"]["type"] == "json_schema"
    old = encoded(response_format=SCHEMA)
    assert old["tool_choice"] == {"type": "tool", "name": OUTPUT_TOOL}
    assert lost(response_format=SCHEMA, max_tokens=5) == {"response_format": "emulated"}
    assert "JSON object" in encoded(response_format={"type": "json_object"})["system"]
    with pytest.raises(Unsupported):
        encoded(response_format={"type": "grammar", "grammar": "x"})


@pytest.mark.parametrize(
    ("upstream", "asked", "thinking", "effort"),
    [
        (OLD, {"effort": "high"}, {"type": "enabled", "budget_tokens": 8000}, None),
        (OLD, {"max_tokens": 500_000}, {"type": "enabled", "budget_tokens": 9999}, None),
        (
            OLD,
            {"effort": "minimal", "exclude": True},
            {"type": "enabled", "budget_tokens": 1024, "display": "omitted"},
            None,
        ),
        (OLD, {"enabled": False}, None, None),
        (MIDDLE, {"max_tokens": 2000}, {"type": "enabled", "budget_tokens": 2000}, None),
        (MIDDLE, {"effort": "xhigh"}, {"type": "adaptive", "display": "summarized"}, "high"),
        (NEW, {"effort": "xhigh"}, {"type": "adaptive", "display": "summarized"}, "xhigh"),
        (NEW, {"max_tokens": 2000}, {"type": "adaptive", "display": "summarized"}, None),
        (NEW, {}, {"type": "adaptive", "display": "summarized"}, None),
        ("claude-sonnet-5", {"effort": "none"}, {"type": "disabled"}, None),
    ],
)
def test_reasoning_is_said_as_the_model_understands_it(upstream, asked, thinking, effort):
    made = encoded(upstream, reasoning=asked, max_tokens=10_000)
    assert made.get("thinking") == thinking
    assert (made.get("output_config") or {}).get("effort") == effort


def test_a_model_that_always_thinks_is_not_told_to_stop():
    with pytest.raises(Unsupported, match="reasoning"):
        encoded("claude-fable-5-1", reasoning={"effort": "none"})


def test_reasoning_is_dropped_where_it_would_be_refused():
    tool = {"type": "function", "function": {"name": "f"}}
    assert lost(reasoning={}, max_tokens=1024) == {"reasoning": "dropped"}
    assert lost(reasoning={}, max_tokens=9000, tools=[tool], tool_choice="required") == {"reasoning": "dropped"}
    call = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    running = [
        USER,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
    ]
    assert lost(reasoning={}, max_tokens=9000, tools=[tool], messages=running) == {"reasoning": "dropped"}
    assert lost(reasoning={}, max_tokens=9000, temperature=0.5, top_k=3) == {
        "temperature": "dropped",
        "top_k": "dropped",
    }


def test_pieces_of_streamed_reasoning_are_one_block_again():
    def piece(**more):
        return {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0, **more}

    details = [piece(text="a"), piece(text="b"), piece(signature="s"), piece(text="c", index=1, signature="t")]
    details += [{"type": "reasoning.encrypted", "data": "zz", "format": "openai-responses-v1", "id": "rs_1"}]
    messages = [{"role": "assistant", "content": "x", "reasoning_details": details}]
    made = encoded(messages=messages)["messages"][0]["content"]
    assert made[:2] == [
        {"type": "thinking", "thinking": "ab", "signature": "s"},
        {"type": "thinking", "thinking": "c", "signature": "t"},
    ]
    assert [block["type"] for block in made[2:]] == ["text"]
    assert lost(messages=messages)["messages.0.reasoning_details"] == "dropped"


def test_another_formats_reasoning_comes_back_whole_and_never_reaches_an_anthropic_upstream():
    detail = {"type": "reasoning.encrypted", "data": "zz", "format": "openai-responses-v1", "id": "rs_1", "index": 0}
    block = {"type": "redacted_thinking", "data": foreign.pack(detail)}
    message = {"role": "assistant", "content": [block, {"type": "text", "text": "x"}]}
    assert canonical(messages=[message])["messages"][0]["reasoning_details"] == [detail]
    spliced = DIALECT.splice_request(opened(messages=[message]), url="", upstream=OLD)
    assert spliced.document["messages"] == [{"role": "assistant", "content": [{"type": "text", "text": "x"}]}]
    assert [one.how for one in spliced.lost] == ["dropped"]


def test_a_name_is_put_before_the_text():
    message = {"role": "user", "name": "Ada", "content": "Hi"}
    assert encoded(messages=[message])["messages"] == [{"role": "user", "content": "Ada: Hi"}]
    assert lost(messages=[message], max_tokens=5) == {"messages.0.name": "emulated"}


def test_a_cache_mark_on_a_tool_result_stands_on_the_whole_result():
    mark = {"type": "ephemeral", "ttl": "1h"}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "4", "cache_control": mark}
    (tool,) = canonical(messages=[{"role": "user", "content": [result]}])["messages"]
    assert tool["content"] == [{"type": "text", "text": "4", "cache_control": mark}]
    sent = encoded(messages=[tool])["messages"][0]["content"][0]
    assert sent["cache_control"] == mark
    assert sent["content"] == [{"type": "text", "text": "4"}]


@pytest.mark.parametrize("content", ["\n\n", [{"type": "text", "text": " "}]])
def test_white_space_beside_calls_is_left_out_and_between_texts_it_stays(content):
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    made = encoded(messages=[USER, {"role": "assistant", "content": content, "tool_calls": [call]}])
    assert [block["type"] for block in made["messages"][1]["content"]] == ["tool_use"]
    texts = [{"type": "text", "text": text} for text in ("a", " ", "b")]
    assert encoded(messages=[{"role": "user", "content": texts}])["messages"][0]["content"] == texts
