"""Requests: what opening refuses, what routing reads, what goes upstream."""

import json

import pytest
from crossroads_openai_chat import OpenAIChat

from crossroads import jsonbody
from crossroads.errors import BadRequest

DIALECT = OpenAIChat()
MESSAGES = [{"role": "user", "content": "Hi"}]


def opened(**fields):
    return DIALECT.open(json.dumps({"messages": MESSAGES, **fields}).encode())


def upstream(**fields):
    draft = DIALECT.splice_request(opened(**fields), url="https://h.example/v1", upstream="small-2")
    return json.loads(jsonbody.encode(draft.document)), draft


@pytest.mark.parametrize(
    "fields",
    [
        '"temperature":"hot"', '"max_tokens":1e400', '"max_tokens":"5"', '"max_tokens":0', '"stream":"yes"', '"n":0',
        '"messages":"hi"', '"messages":[]', '"messages":null', '"model":5', '"model":""', '"models":"a"',
        '"provider":7', '"provider":""', '"tools":{}', '"tool_choice":1', '"response_format":"json"', '"seed":1.5',
        '"stream_options":true', '"stop":[1]', '"logit_bias":[]', '"reasoning":"high"', '"top_p":true',
        '"session_id":7', '"user":{}',
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(fields):
    name = json.loads("{" + fields.replace("1e400", "1") + "}").popitem()[0]
    base = '"messages":[{"role":"user","content":"Hi"}],' if name != "messages" else ""
    with pytest.raises(BadRequest) as caught:
        DIALECT.open(f"{{{base}{fields}}}".encode())
    assert caught.value.field == name
    assert name in caught.value.remedy or name == "model"


def test_a_provider_that_is_a_name_alone_is_the_only_one():
    asked = opened(provider="together")
    assert json.loads(bytes(asked.preferences)) == {"only": ["together"]}
    assert DIALECT.decode_request(asked).provider == {"only": ["together"]}
    assert "provider" not in upstream(provider="together")[0]


def test_a_request_without_messages_is_refused():
    with pytest.raises(BadRequest, match="messages"):
        DIALECT.open(b'{"model":"a"}')


def test_routing_reads_models_limits_preferences_and_parameters():
    call = opened(
        model="a/b", models=["c/d", "a/b"], stream=True, max_tokens=5, max_completion_tokens=9, session_id="s",
        provider={"order": ["x"]}, tools=[{"type": "function"}], seed=None, stop=[], user="u", logprobs=True,
        response_format={"type": "json_schema", "json_schema": {"name": "x"}},
    )  # fmt: skip
    assert call.models == ("a/b", "c/d")
    assert call.stream
    assert call.max_output_tokens == 9
    assert bytes(call.preferences) == b'{"order": ["x"]}'
    assert call.session_id == "s"
    assert call.parameters == {
        "max_tokens", "max_completion_tokens", "tools", "logprobs", "response_format", "structured_outputs",
    }  # fmt: skip


def test_a_plain_request_names_no_model_and_no_preference():
    call = opened(provider=None)
    assert (call.models, call.preferences, call.stream, call.parameters) == ((), None, False, frozenset())


def test_functions_of_2023_count_as_tools():
    assert opened(functions=[{"name": "f"}], function_call="auto").parameters == {"tools", "tool_choice"}


def test_what_only_a_router_reads_stays_here_and_the_rest_goes_on_in_order():
    document, draft = upstream(
        model="a/b", temperature=0.5, models=["x"], provider={}, plugins=[], transforms=[], session_id="s", trace={},
        usage={"include": True}, debug={}, route="fallback", preset="p", safe_prompt=True, top_k=4,
    )  # fmt: skip
    assert list(document) == ["messages", "model", "temperature", "safe_prompt", "top_k"]
    assert document["model"] == "small-2"
    assert draft.lost == []
    assert draft.headers == ((b"content-type", b"application/json"), (b"accept", b"application/json"))


def test_a_stream_always_asks_for_usage():
    document, draft = upstream(stream=True, stream_options={"include_usage": False, "include_obfuscation": False})
    assert document["stream_options"] == {"include_usage": True, "include_obfuscation": False}
    assert (b"accept", b"text/event-stream") in draft.headers


def test_stream_options_without_a_stream_are_not_sent():
    assert "stream_options" not in upstream(stream=False, stream_options={"include_usage": True})[0]


def test_the_engine_may_turn_streaming_on_and_off():
    request = DIALECT.decode_request(opened(stream=True))
    off = DIALECT.encode_request(request, url="u", upstream="m", stream=False).document
    assert json.loads(jsonbody.encode(off))["stream"] is False
    on = DIALECT.encode_request(DIALECT.decode_request(opened()), url="u", upstream="m", stream=True).document
    assert json.loads(jsonbody.encode(on))["stream"] is True


def test_the_user_is_sent_as_a_stable_hash_and_reported():
    (document, draft), (again, _) = upstream(user="jane@example.com"), upstream(user="jane@example.com")
    assert document["user"] == again["user"] != upstream(user="joe")[0]["user"]
    assert "jane" not in json.dumps(document)
    assert [(lost.field, lost.how) for lost in draft.lost] == [("user", "emulated")]


def test_a_lone_prompt_becomes_one_message():
    call = DIALECT.open(b'{"prompt":"Hi"}')
    draft = DIALECT.splice_request(call, url="u", upstream="m")
    assert draft.document["messages"][0]["role"] == "user"
    assert bytes(draft.document["messages"][0]["content"]) == b'"Hi"'
    assert [(lost.field, lost.how) for lost in draft.lost] == [("prompt", "emulated")]


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"role": "robot", "content": "x"}, "messages.0.role"),
        ({"content": "x"}, "messages.0.role"),
        ({"role": "user", "content": 5}, "messages.0.content"),
        ({"role": "user"}, "messages.0.content"),
        ({"role": "user", "content": [{"type": "text"}]}, "messages.0.content.0.text"),
        ({"role": "user", "content": [{"type": "image_url", "image_url": {"url": 5}}]},
         "messages.0.content.0.image_url.url"),
        ({"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {}}}]},
         "messages.0.tool_calls.0.function.arguments"),
    ],
)  # fmt: skip
def test_validation_names_the_path_in_the_callers_document(message, path):
    with pytest.raises(BadRequest) as caught:
        DIALECT.decode_request(opened(messages=[message]))
    assert caught.value.field == path
    assert path in caught.value.remedy


def test_typed_requests_coerce_nothing_and_keep_what_they_do_not_know():
    fields = {
        "messages": [
            {"role": "user", "content": [{"type": "hologram", "data": [1.0, 1, None]}], "mood": "calm"},
            {"role": "assistant", "content": None, "reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]},
        ],
        "temperature": 1, "top_p": 1.0, "new_field": {"deep": [True]}, "tools": [{"type": "openrouter:datetime"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
    }  # fmt: skip
    request = DIALECT.decode_request(opened(**fields))
    sent = DIALECT.encode_request(request, url="u", upstream="m", stream=False).document
    del sent["model"]
    assert json.dumps(sent, sort_keys=True) == json.dumps(fields, sort_keys=True)


def test_a_number_beyond_a_double_never_becomes_null():
    fields = b'"new":{"a":[1e999]}'
    call = DIALECT.open(b'{"messages":[{"role":"user","content":"Hi"}],' + fields + b"}")
    assert fields in jsonbody.encode(DIALECT.splice_request(call, url="u", upstream="m").document)
    with pytest.raises(BadRequest, match="too large"):
        DIALECT.decode_request(call)


def test_what_another_formats_client_asked_of_its_vendor_stays_here_and_is_reported():
    document, draft = upstream(extra_body={"google": {"safetySettings": []}})
    assert "extra_body" not in document
    assert [(lost.field, lost.how) for lost in draft.lost] == [("extra_body", "dropped")]


def test_a_number_that_no_double_holds_is_refused_where_a_field_is_looked_into():
    body = b'{"messages":[{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"new":1e999}}'
    with pytest.raises(BadRequest, match="too large"):
        DIALECT.splice_request(DIALECT.open(body), url="u", upstream="m")
