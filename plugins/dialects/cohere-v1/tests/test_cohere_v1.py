"""Version 1 of Cohere's chat: what turns and tools become, and recorded exchanges read by hand."""

import json

import cohere
import pytest
from crossroads_cohere_v1 import CohereV1

from crossroads import jsonbody, native
from crossroads.errors import BadRequest, Unsupported, UpstreamRefused
from crossroads.testing import laws
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

DIALECT = CohereV1()
ALL = [*vectors("cohere-v1"), *(one for one in recordings("cohere-v1") if b'"prompt"' not in one.request)]
ANSWERED = [one for one in ALL if one.status == 200]
WHERE = {"url": "https://api.northwind.example/v1/chat", "upstream": "small-2"}

CALL = {"name": "weather", "parameters": {"city": "Bern"}}
RESULT = {"call": CALL, "outputs": [{"output": "sunny"}]}
ASKED = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Bern"}'}}


def decoded(**fields):
    return DIALECT.decode_request(DIALECT.open(json.dumps({"message": "", **fields}).encode()))


def messages(request):
    return request.model_dump(exclude_unset=True)["messages"]


def encoded(request):
    draft = DIALECT.encode_request(request, **WHERE, stream=False)
    return json.loads(jsonbody.encode(draft.document)), [(one.field, one.how) for one in draft.lost]


def sent(**fields):
    body = {"messages": [{"role": "user", "content": "Hi"}], **fields}
    return encoded(validate(ChatRequest, json.dumps(body).encode()))


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
def test_there_are_recordings():
    assert len(list(recordings("cohere-v1"))) >= 22


@pytest.mark.parametrize("one", ANSWERED, ids=lambda one: one.name)
def test_a_reply_loses_nothing(one):
    if one.is_stream:
        events = [json.loads(line) for line in one.body.splitlines() if line.strip()]
        raw = events[-1]["response"]
        documents, decoder = laws.decode_all(DIALECT, [one.body])
        said = [document["choices"][0]["delta"] for document in documents]
        usage, reason = decoder.usage, decoder.finish_reason
    else:
        raw = json.loads(one.body)
        reply = DIALECT.decode_response(one.body)
        said, usage, reason = [reply.document["choices"][0]["message"]], reply.usage, reply.finish_reason
    assert "".join(one.get("content") or "" for one in said) == raw["text"]
    assert reason == "stop"
    notes = [note for one in said for note in one.get("annotations", [])]
    assert [note["citation"] for note in notes] == (raw.get("citations") or [])
    assert all(note["url_citation"]["url"].startswith("http") for note in notes)
    if "meta" in raw:
        billed = raw["meta"]["billed_units"]
        assert (usage.prompt_tokens, usage.completion_tokens) == (billed["input_tokens"], billed["output_tokens"])


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_both_paths_are_one(one):
    laws.both_paths_send_the_same(DIALECT, one.request)
    if one.status != 200:
        assert DIALECT.decode_error(one.status, one.headers, one.body).code == "not_found"
    elif one.is_stream:
        laws.both_paths_stream_the_same(DIALECT, one.body)
        laws.a_split_changes_nothing(DIALECT, one.body, [1, 7, len(one.body) // 2, len(one.body) - 2])
    else:
        laws.both_paths_reply_the_same(DIALECT, one.body)


@pytest.mark.parametrize("one", ANSWERED, ids=lambda one: one.name)
def test_what_a_client_gets_is_by_the_vendors_own_types(one):
    if one.is_stream:
        documents, decoder = laws.decode_all(DIALECT, [one.body])
        encoder = DIALECT.encode_stream(laws.STAMP)
        encoded = b"".join(map(encoder.encode, documents)) + encoder.close(decoder.usage or laws.NO_USAGE)
        last = json.loads(encoded.splitlines()[-1])["response"]
    else:
        last = json.loads(DIALECT.encode_response(DIALECT.decode_response(one.body), laws.STAMP))
    told = cohere.NonStreamedChatResponse.model_validate(last)
    assert told.text
    assert told.meta.billed_units.output_tokens is not None


def test_preamble_history_message_and_results_become_messages_and_back():
    fields = {
        "preamble": "Be brief.",
        "chat_history": [
            {"role": "User", "message": "Weather?"},
            {"role": "CHATBOT", "message": "I look.", "tool_calls": [CALL, CALL]},
            {"role": "TOOL", "tool_results": [RESULT, {"call": CALL, "outputs": [{"a": 1}, {"b": 2}]}]},
            {"role": "CHATBOT", "message": "Sunny."},
            {"role": "USER", "message": "And now?"},
            {"role": "CHATBOT", "message": "", "tool_calls": [CALL]},
        ],
        "tool_results": [{"call": CALL, "outputs": [{"degrees": 20}]}],
        "message": "",
    }
    request = decoded(**fields)
    got = messages(request)
    roles = "system user assistant tool tool assistant user assistant tool"
    assert " ".join(one["role"] for one in got) == roles
    calls = [call["id"] for one in got for call in one.get("tool_calls", [])]
    assert [one["tool_call_id"] for one in got if one["role"] == "tool"] == calls
    assert [one["content"] for one in got if one["role"] == "tool"] == ["sunny", '[{"a":1},{"b":2}]', '{"degrees":20}']
    document, lost = encoded(request)
    assert (fields.items() <= document.items(), lost) == (True, [])

    changed = request.model_copy(update={"messages": [request.messages[0].model_copy(), *request.messages[1:]]})
    changed.messages[0].content = "Be long."
    document, lost = encoded(changed)
    fields["chat_history"][0]["role"] = "USER"
    assert document["preamble"] == "Be long."
    assert {name: document[name] for name in ("chat_history", "tool_results", "message")} == {
        name: fields[name] for name in ("chat_history", "tool_results", "message")
    }


def test_results_beside_a_message_answer_calls_that_are_made_for_them():
    request = decoded(message="Weather?", tool_results=[RESULT])
    user, assistant, tool = messages(request)
    assert user == {"role": "user", "content": "Weather?"}
    assert assistant["tool_calls"][0]["function"] == ASKED["function"]
    assert tool == {"role": "tool", "tool_call_id": assistant["tool_calls"][0]["id"], "content": "sunny"}
    document, _ = encoded(request)
    assert (document["message"], document["tool_results"]) == ("Weather?", [RESULT])
    assert "chat_history" not in document


def test_a_tool_is_a_function_whose_schema_is_pythons_types():
    defined = {"city": {"type": "str", "description": "Where", "required": True}, "days": {"type": "List[int]"}}
    tool = {"name": "weather", "description": "Ask it", "parameter_definitions": defined}
    request = decoded(message="Hi", tools=[tool])
    (made,) = request.model_dump(exclude_unset=True)["tools"]
    assert made["function"]["parameters"] == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Where"},
            "days": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["city"],
    }
    assert encoded(request)[0]["tools"] == [tool]
    made["function"]["parameters"]["properties"]["unit"] = {"enum": ["C", "F"]}
    document, lost = sent(tools=[made])
    assert document["tools"][0]["parameter_definitions"] == {
        "city": {"type": "str", "description": "Where", "required": True},
        "days": {"type": "list[int]", "required": False},
        "unit": {"type": "str", "required": False},
    }
    assert lost == [("tools[].function.parameters", "emulated")]


def test_what_only_cohere_understands_is_told_or_refused_elsewhere():
    request = decoded(message="Hi", citation_quality="fast", k=5, stop_sequences=["x"])
    other, lost = native.request_for("openai-chat", request)
    assert other.model_dump(exclude_unset=True) == {
        "messages": [{"role": "user", "content": "Hi"}], "top_k": 5, "stop": ["x"],
    }  # fmt: skip
    assert [one.field for one in lost] == ["citation_quality"]
    with pytest.raises(Unsupported, match="cohere-v1"):
        native.request_for("openai-chat", decoded(message="Hi", connectors=[{"id": "web-search"}]))


def test_a_format_a_choice_and_thinking_are_as_near_as_version_1_comes():
    schema = {"type": "object", "properties": {}}
    tools = [{"type": "function", "function": {"name": name}} for name in ("f", "g")]
    document, lost = sent(
        response_format={"type": "json_schema", "json_schema": {"schema": schema}},
        tools=tools,
        tool_choice={"type": "function", "function": {"name": "g"}},
        reasoning={"effort": "low"},
        max_completion_tokens=5,
        top_p=1,
    )
    assert document == {
        "message": "Hi",
        "response_format": {"type": "json_object", "schema": schema},
        "tools": [{"name": "g", "description": ""}],
        "max_tokens": 5,
        "p": 0.99,
        "model": "small-2",
    }
    assert lost == [("top_p", "clamped"), ("tool_choice", "emulated"), ("reasoning", "dropped")]
    assert sent(tools=tools, tool_choice="none")[0]["tools"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example"}}]}]},
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "So"}]},
        {"messages": [{"role": "tool", "tool_call_id": "x", "content": "1"}]},
        {"messages": [{"role": "function", "name": "f", "content": "1"}, {"role": "user", "content": "Hi"}]},
        {"n": 2},
        {"functions": [{"name": "f"}]},
        {"response_format": {"type": "grammar"}},
        {"tools": [{"type": "web_search"}]},
    ],
)
def test_what_version_1_has_no_word_for_is_refused(fields):
    with pytest.raises(Unsupported):
        sent(**fields)


def test_a_request_needs_a_message_and_an_empty_model_is_none():
    with pytest.raises(BadRequest, match="message"):
        DIALECT.open(b'{"model":"m"}')
    assert DIALECT.open(b'{"message":"Hi","model":""}').models == ()


def event(kind, **told):
    return json.dumps({"event_type": kind, "is_finished": kind == "stream-end", **told}).encode() + b"\n"


WHOLE = event("tool-calls-generation", text="I look.", tool_calls=[CALL])
LAST = event("stream-end", finish_reason="COMPLETE", response={"text": "I look.", "tool_calls": [CALL]})
PIECES = [
    event("tool-calls-chunk", text="I "),
    event("tool-calls-chunk", text="look."),
    event("tool-calls-chunk", tool_call_delta={"index": 0, "name": "weather"}),
    event("tool-calls-chunk", tool_call_delta={"index": 0, "parameters": '{"city": '}),
    event("tool-calls-chunk", tool_call_delta={"index": 0, "parameters": '"Bern"}'}),
]


@pytest.mark.parametrize(
    "data",
    [b"".join(PIECES) + WHOLE + LAST, WHOLE + LAST, event("text-generation", text="I look.") + LAST],
    ids=["pieces", "whole", "in the end only"],
)
def test_calls_come_in_pieces_or_whole_and_never_twice(data):
    documents, decoder = laws.decode_all(DIALECT, [data])
    deltas = [one["choices"][0]["delta"] for one in documents]
    calls = [call for one in deltas for call in one.get("tool_calls", [])]
    assert "".join(one.get("content", "") for one in deltas) == "I look."
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == {"city": "Bern"}
    assert [(call["id"][:5], call["function"]["name"]) for call in calls if "id" in call] == [("call_", "weather")]
    assert decoder.finish_reason == "tool_calls"
    laws.a_split_changes_nothing(DIALECT, data, range(0, len(data), 5))
    encoder = DIALECT.encode_stream(laws.STAMP)
    out = b"".join(map(encoder.encode, documents)) + encoder.close(laws.NO_USAGE)
    last = json.loads(out.splitlines()[-1])
    assert last["response"]["tool_calls"] == [CALL]
    assert (last["finish_reason"], last["response"]["text"]) == ("COMPLETE", "I look.")


def test_a_stream_of_server_sent_events_is_read_too():
    data = b"event: text-generation\ndata: " + event("text-generation", text="Hi") + b"\ndata: " + LAST + b"\n"
    documents, decoder = laws.decode_all(DIALECT, [data])
    assert documents[0]["choices"][0]["delta"] == {"content": "Hi"}
    assert decoder.finish_reason == "tool_calls"


def test_an_error_in_a_stream_is_one_on_both_sides():
    body = DIALECT.encode_error(BadRequest("it is odd.", remedy="Mend it."), None, in_stream=True)
    _, error = laws.relay_all(DIALECT, [event("text-generation", text="Hi") + body])
    assert isinstance(error, UpstreamRefused)
    assert error.billing == "maybe"


TOOLS = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in "fgh"]
ALLOWED = {"mode": "auto", "tools": [{"type": "function", "function": {"name": name}} for name in "gh"]}


def test_the_tools_that_a_choice_allows_are_offered_and_one_that_is_not_there_is_refused():
    document, lost = sent(tools=TOOLS, tool_choice={"type": "allowed_tools", "allowed_tools": ALLOWED})
    assert [tool["name"] for tool in document["tools"]] == ["g", "h"]
    assert ("tool_choice", "emulated") in lost
    with pytest.raises(Unsupported):
        sent(tools=TOOLS, tool_choice={"type": "custom", "custom": {"name": "x"}})


def test_reasoning_that_is_sealed_is_told_too():
    sealed = [{"type": "reasoning.encrypted", "data": "D", "format": "google-gemini-v1"}]
    user, turn = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi", "reasoning_details": sealed}
    assert sent(messages=[user, turn, user])[1] == [("messages[].reasoning", "dropped")]
