"""Requests: from a Responses client to chat and back, from a chat client to a Responses host, and what is refused."""

import json

import pytest
from crossroads_openai_chat import OpenAIChat
from crossroads_openai_responses import OpenAIResponses
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads import jsonbody, native
from crossroads.call import Rewrite
from crossroads.errors import BadRequest, Unsupported
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder

DIALECT, CHAT = OpenAIResponses(), OpenAIChat()
WHERE = {"url": "https://api.northwind.example/v1/responses", "upstream": "small-2"}
PNG = "data:image/png;base64,iVBORw0KGgo="


def decoded(**body):
    return DIALECT.decode_request(DIALECT.open(json.dumps({"model": "m", "input": "Hi", **body}).encode()))


def canonical(**body):
    return decoded(**body).model_dump(exclude_unset=True, by_alias=True)


def from_chat(*, stream=False, **body):
    """The document that a chat client's request becomes, and what was lost."""
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **body}
    request = CHAT.decode_request(CHAT.open(json.dumps(body).encode()))
    draft = DIALECT.encode_request(request, stream=stream, **WHERE)
    return json.loads(jsonbody.encode(draft.document)), {(one.field, one.how) for one in draft.lost}


def to_chat(**body):
    request, lost = native.request_for("openai-chat", decoded(**body))
    return json.loads(jsonbody.encode(CHAT.encode_request(request, stream=False, **WHERE).document)), {
        one.field for one in lost
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("store", True), ("previous_response_id", "resp_1"), ("conversation", "conv_1"), ("background", True)],
)
def test_nothing_is_stored_and_the_refusal_names_the_field(field, value):
    with pytest.raises(BadRequest) as caught:
        DIALECT.open(json.dumps({"model": "m", "input": "Hi", field: value}).encode())
    assert (caught.value.field, caught.value.value) == (field, value)


@pytest.mark.parametrize("field", ["store", "previous_response_id", "conversation", "background"])
def test_null_and_false_ask_for_nothing(field):
    assert DIALECT.open(json.dumps({"input": "Hi", field: None}).encode())


@pytest.mark.parametrize("body", [{}, {"input": None}, {"input": 5}, {"prompt": None}])
def test_a_call_without_input_is_refused(body):
    with pytest.raises(BadRequest, match="input"):
        DIALECT.open(json.dumps({"model": "m", **body}).encode())


def test_routing_reads_canonical_parameters():
    body = {"model": "a/b", "models": ["c/d"], "input": "Hi", "stream": True, "max_output_tokens": 9, "tools": [{}]}
    body |= {"text": {"format": {"type": "json_schema"}, "verbosity": "low"}, "reasoning": {"effort": "low"}}
    opened = DIALECT.open(json.dumps({**body, "include": ["message.output_text.logprobs"]}).encode())
    assert (opened.models, opened.stream, opened.max_output_tokens) == (("a/b", "c/d"), True, 9)
    assert opened.parameters == {
        "max_tokens", "tools", "response_format", "structured_outputs", "verbosity", "reasoning", "logprobs"
    }  # fmt: skip


def test_the_host_never_stores_and_never_learns_the_user():
    draft = DIALECT.splice_request(DIALECT.open(b'{"input": "Hi", "user": "alice", "provider": {}}'), **WHERE)
    sent = json.loads(jsonbody.encode(draft.document))
    assert sent["store"] is False
    assert sent["model"] == "small-2"
    assert sent["safety_identifier"].startswith("user-")
    assert "alice" not in json.dumps(sent)
    assert not {"user", "provider"} & set(sent)


def test_an_assistant_turn_becomes_one_chat_message():
    items = [
        {"role": "user", "content": "Weather?"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look."}],
         "encrypted_content": "xx"},
        {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
         "content": [{"type": "output_text", "text": "I look.", "annotations": []}]},
        {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call", "id": "fc_2", "call_id": "c2", "name": "g", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "sun"},
        {"type": "function_call_output", "call_id": "c2",
         "output": [{"type": "input_image", "image_url": PNG, "detail": "low"}]},
    ]  # fmt: skip
    sent, lost = to_chat(instructions="Be brief.", input=items)
    system, user, said, sun, picture = sent["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    assert user == {"role": "user", "content": "Weather?"}
    assert said["content"] == "I look."
    assert [call["id"] for call in said["tool_calls"]] == ["c1", "c2"]
    assert said["reasoning_details"] == [
        {"type": "reasoning.summary", "summary": "Look.", "format": "openai-responses-v1", "id": "rs_1", "index": 0},
        {"type": "reasoning.encrypted", "data": "xx", "format": "openai-responses-v1", "id": "rs_1", "index": 1},
    ]
    assert sun == {"role": "tool", "tool_call_id": "c1", "content": "sun"}
    assert picture["content"] == [{"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}]
    assert lost == set()


def test_what_only_this_format_has_is_reported_to_other_dialects():
    items = [{"type": "computer_call", "call_id": "c", "action": {}}, {"role": "user", "content": "Go on"}]
    sent, lost = to_chat(input=items, truncation="auto", include=["file_search_call.results"])
    assert lost == {"computer_call", "truncation", "include.file_search_call.results"}
    assert sent["messages"] == [{"role": "user", "content": "Go on"}]


@pytest.mark.parametrize(
    "body",
    [{"input": [{"type": "item_reference", "id": "i"}]}, {"input": [{"type": "compaction", "encrypted_content": "x"}]},
     {"prompt": {"id": "pmpt_1"}}],
)  # fmt: skip
def test_what_makes_no_sense_elsewhere_is_refused_there(body):
    request = decoded(**body)
    with pytest.raises(Unsupported):
        native.request_for("openai-chat", request)
    assert native.request_for("openai-responses", request)[0] is not None


def test_a_rewritten_text_is_sent_and_the_old_one_is_not():
    said = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "my card is 4111", "annotations": []}]}  # fmt: skip
    request = decoded(input=[said, {"type": "web_search_call", "id": "ws_1", "status": "completed"}])
    request.messages[0].content = "my card is [redacted]"
    draft = DIALECT.encode_request(Rewrite(request).request, stream=False, **WHERE)
    sent = jsonbody.encode(draft.document).decode()
    assert "4111" not in sent
    assert "[redacted]" in sent
    assert "ws_1" in sent


def test_formats_tools_and_choices_change_their_nesting_only():
    schema = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    custom = {"type": "custom", "name": "c", "format": {"type": "grammar", "syntax": "lark", "definition": "x"}}
    function = {"type": "function", "name": "f", "parameters": {}, "strict": True, "defer_loading": True}
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]}
    body = {"tools": [function, custom, {"type": "web_search"}], "tool_choice": allowed, "text": {"format": schema}}
    request = canonical(**body)
    assert request["tools"][0]["function"] == {"name": "f", "parameters": {}, "strict": True}
    assert request["tools"][1]["custom"]["format"]["grammar"] == {"syntax": "lark", "definition": "x"}
    assert request["tool_choice"]["allowed_tools"]["tools"] == [{"type": "function", "function": {"name": "f"}}]
    assert request["response_format"]["json_schema"] == {"name": "n", "schema": {"type": "object"}, "strict": True}
    assert canonical(tool_choice={"type": "function", "name": "f"})["tool_choice"]["function"] == {"name": "f"}


def test_a_chat_client_asks_a_responses_host():
    sent, lost = from_chat(
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "name": "Bo", "content": [
                {"type": "text", "text": "See", "cache_control": {"type": "ephemeral"}},
                {"type": "image_url", "image_url": {"url": PNG}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "https://x.example/a.pdf"}}]},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "ok"},
        ],
        max_tokens=50, reasoning_effort="low", logprobs=True, top_logprobs=2, stop=["x"], seed=0, verbosity="low",
        tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}], web_search_options={},
    )  # fmt: skip
    assert sent["input"] == [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [
            {"type": "input_text", "text": "Bo: See", "prompt_cache_breakpoint": {"mode": "explicit"}},
            {"type": "input_image", "image_url": PNG, "detail": "auto"},
            {"type": "input_file", "filename": "a.pdf", "file_url": "https://x.example/a.pdf"}]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "ok"},
    ]  # fmt: skip
    assert sent["max_output_tokens"] == 50
    assert sent["reasoning"] == {"effort": "low", "summary": "auto"}
    assert sent["include"] == ["reasoning.encrypted_content", "message.output_text.logprobs"]
    assert sent["text"] == {"verbosity": "low"}
    assert sent["tools"][0] == {"type": "function", "name": "f", "parameters": {}, "strict": False}
    assert sent["tools"][1] == {"type": "web_search"}
    assert not {"messages", "stop", "seed", "logprobs"} & set(sent)
    assert lost == {("messages.name", "emulated"), ("stop", "dropped"), ("seed", "dropped"),
                    ("web_search_options", "emulated")}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "effort"),
    [({"max_tokens": 100}, "minimal"), ({"max_tokens": 800}, "high"), ({"enabled": True}, "medium"),
     ({"enabled": False}, "none"), ({"effort": "xhigh", "max_tokens": 1}, "xhigh")],
)  # fmt: skip
def test_a_budget_becomes_an_effort_on_both_paths(asked, effort):
    sent, lost = from_chat(reasoning=asked, max_tokens=1000)
    body = json.dumps({"input": "Hi", "reasoning": asked, "max_output_tokens": 1000}).encode()
    spliced = DIALECT.splice_request(DIALECT.open(body), **WHERE).document["reasoning"]
    assert sent["reasoning"]["effort"] == spliced["effort"] == effort
    assert not {"max_tokens", "enabled"} & set(sent["reasoning"])
    assert lost


@pytest.mark.parametrize(
    "body", [{"n": 2}, {"modalities": ["text", "audio"]}, {"response_format": {"type": "grammar", "grammar": "x"}}]
)
def test_what_the_format_cannot_do_is_refused(body):
    with pytest.raises(Unsupported):
        from_chat(**body)


def test_reasoning_goes_back_to_its_own_format_only():
    details = [{"type": "reasoning.encrypted", "data": "xx", "id": "rs_1", "format": "openai-responses-v1"},
               {"type": "reasoning.text", "text": "hm", "signature": "s", "format": "anthropic-claude-v1"}]  # fmt: skip
    sent, lost = from_chat(
        messages=[{"role": "assistant", "content": "4", "reasoning_details": details}, {"role": "user", "content": "?"}]
    )
    assert sent["input"][0] == {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "xx"}
    assert sent["include"] == ["reasoning.encrypted_content"]
    assert lost == {("messages.reasoning_details", "dropped")}


TEXT = st.text(max_size=8)
IDS = st.text("abc", min_size=1, max_size=4)
PARTS = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, TEXT),
    st.builds(lambda text: {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}, TEXT),
    st.just({"type": "image_url", "image_url": {"url": PNG, "detail": "high"}}),
    st.just({"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}}),
    st.just({"type": "file", "file": {"file_data": "https://x.example/a.pdf"}}),
    st.just({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}),
)
CONTENT = TEXT | st.lists(PARTS, max_size=3)
CALLS = st.lists(
    st.builds(lambda i, n: {"id": i, "type": "function", "function": {"name": n, "arguments": "{}"}}, IDS, IDS)
    | st.builds(lambda i, n: {"id": i, "type": "custom", "custom": {"name": n, "input": "x"}}, IDS, IDS),
    min_size=1, max_size=3,
)  # fmt: skip
MESSAGES = st.one_of(
    st.builds(lambda role, c: {"role": role, "content": c}, st.sampled_from(["user", "system", "developer"]), CONTENT),
    st.builds(lambda i, c: {"role": "tool", "tool_call_id": i, "content": c}, IDS, CONTENT),
)
ASSISTANT = st.builds(
    lambda text, calls: {"role": "assistant", "content": text or None} | ({"tool_calls": calls} if calls else {}),
    TEXT, CALLS | st.just([]),
).filter(lambda said: said["content"] or "tool_calls" in said)  # fmt: skip
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2), "top_p": st.floats(0, 1), "max_tokens": st.integers(1, 99),
        "parallel_tool_calls": st.booleans(), "metadata": st.just({"a": "b"}), "service_tier": st.just("flex"),
        "reasoning": st.just({"effort": "low", "summary": "auto"}), "verbosity": st.just("low"),
        "top_logprobs": st.integers(0, 20), "frequency_penalty": st.just(0.5), "prompt_cache_key": TEXT,
        "tool_choice": st.sampled_from(["auto", "none", {"type": "function", "function": {"name": "f"}}]),
        "tools": st.just([{"type": "function", "function": {"name": "f", "parameters": {}, "strict": False}}]),
        "response_format": st.sampled_from([{"type": "json_object"}, {"type": "json_schema", "json_schema": {
            "name": "n", "schema": {}, "strict": True}}]),
    },
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(MESSAGES, max_size=2), ASSISTANT, st.lists(MESSAGES, min_size=1, max_size=3), SETTINGS)
def test_decoding_what_was_encoded_gives_the_same_chat_request(before, said, after, fields):
    body = {"model": "small-2", "messages": [*before, said, *after], **fields}
    request = CHAT.decode_request(CHAT.open(json.dumps(body).encode()))
    draft = DIALECT.encode_request(request, stream=False, **WHERE)
    assert draft.lost == []
    again = DIALECT.decode_request(DIALECT.open(jsonbody.encode(draft.document)))
    seen, lost = native.request_for("openai-chat", again)
    told = seen.model_dump(exclude_unset=True, by_alias=True)
    custom = {call["id"] for call in said.get("tool_calls", ()) if call["type"] == "custom"}
    assert told == body
    assert custom or not lost


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
def test_every_recorded_chat_request_becomes_one_that_openai_publishes_types_for():
    pydantic = pytest.importorskip("pydantic")
    published = pytest.importorskip("openai.types.responses.response_create_params")
    types = pydantic.TypeAdapter(published.ResponseCreateParamsNonStreaming)
    seen = 0
    for one in recordings("openai-chat"):
        if not one.request or one.status != 200 or b"input_audio" in one.request:  # OpenAI has no type for sound
            continue
        body = json.loads(one.request)
        if body.get("n", 1) > 1 or "audio" in body.get("modalities", ()) or isinstance(body.get("provider"), str):
            continue  # refused, or (Hugging Face's `provider`) not OpenRouter's chat
        request = CHAT.decode_request(CHAT.open(one.request))
        document = json.loads(jsonbody.encode(DIALECT.encode_request(request, stream=False, **WHERE).document))
        if document.get("service_tier") == "on_demand":  # Groq's word
            del document["service_tier"]
        types.validate_python(document)
        seen += 1
    assert seen


def test_what_is_not_stored_and_a_name_that_is_not_sent_are_told():
    said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi", "name": "N"}]
    document, lost = from_chat(store=True, messages=said)
    assert document["store"] is False
    assert {("store", "dropped"), ("messages.name", "dropped")} <= lost
    assert from_chat(store=False)[1] == set()
