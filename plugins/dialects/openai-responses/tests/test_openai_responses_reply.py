"""Whole replies and errors: what chat sees of them, what comes back, what clients insist on."""

import json

import pytest
from crossroads_openai_chat import OpenAIChat
from crossroads_openai_responses import OpenAIResponses
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads import native
from crossroads.dialect import Reply
from crossroads.errors import BadUpstream, RateLimited, Unauthorized, UpstreamRefused
from crossroads.testing.laws import STAMP
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors
from crossroads.types.usage import Usage

DIALECT, CHAT = OpenAIResponses(), OpenAIChat()
VECTORS = {vector.name: vector for vector in vectors("openai-responses")}
USAGE = {"input_tokens": 10, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 6,
         "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 16}  # fmt: skip


def response(*output, status="completed", **fields):
    body = {"id": "resp_1", "object": "response", "created_at": 7, "status": status, "model": "small-2"}
    return json.dumps({**body, "output": output, "usage": USAGE, **fields}).encode()


def message(*parts):
    return {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": list(parts)}


def text(said, **fields):
    return {"type": "output_text", "text": said, "annotations": [], "logprobs": [], **fields}


def encoded(said, finish="stop", native_finish="stop", usage=None):
    choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": finish,
              "native_finish_reason": native_finish}  # fmt: skip
    reply = Reply(document={"created": 5, "choices": [choice]}, usage=usage)
    return json.loads(DIALECT.encode_response(reply, STAMP))


def test_token_classes_are_disjoint():
    usage = DIALECT.decode_response(response(message(text("Hi")))).usage
    assert usage == Usage(input_tokens=6, cache_read_tokens=4, output_tokens=4, reasoning_tokens=2)


@pytest.mark.parametrize(
    "fields",
    [{"tool_usage": {"web_search": {"num_requests": 3}}},
     {"usage": {**USAGE, "server_side_tool_usage_details": {"web_search_calls": 3}}}],
)  # fmt: skip
def test_searches_are_counted_where_a_host_counts_them(fields):
    assert DIALECT.decode_response(response(message(text("Hi")), **fields)).usage.searches == 3


def test_a_client_reads_usage_in_this_formats_names_with_its_cost():
    told = json.loads(DIALECT.relay_response(response(message(text("Hi"))), STAMP).body)["usage"]
    assert (told["input_tokens"], told["output_tokens"], told["total_tokens"]) == (10, 6, 16)
    assert told["input_tokens_details"]["cached_tokens"] == 4
    assert told["cost"] == pytest.approx((3 * 10 + 7 * 6) / 1e9)
    assert "upstream_inference_input_cost" in told["cost_details"]
    assert not [name for name in told if name.startswith(("prompt", "completion"))]


@pytest.mark.parametrize(
    ("fields", "finish"),
    [({}, ("stop", "completed")),
     ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, ("length", "max_output_tokens")),
     ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
      ("content_filter", "content_filter")),
     ({"status": "incomplete", "incomplete_details": {"reason": "steered"}}, ("length", "steered"))],
)  # fmt: skip
def test_finish_reasons_are_canonical_and_come_back(fields, finish):
    body = response(message(text("Hi")), **fields)
    reply = DIALECT.decode_response(body)
    choice = reply.document["choices"][0]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == finish
    again = json.loads(DIALECT.encode_response(reply, STAMP))
    assert again["status"] == fields.get("status", "completed")
    assert (again["incomplete_details"] or {}) == (fields.get("incomplete_details") or {})


def test_citations_move_with_their_text_and_back():
    note = {"type": "url_citation", "url": "https://x.example", "title": "X", "start_index": 1, "end_index": 2}
    body = response(message(text("ab")), message(text("cd", annotations=[note])))
    reply = DIALECT.decode_response(body)
    said = reply.document["choices"][0]["message"]
    assert said["content"] == "abcd"
    moved = {**note, "start_index": 3, "end_index": 4}
    del moved["type"]
    assert said["annotations"] == [{"type": "url_citation", "url_citation": moved}]
    assert json.loads(DIALECT.encode_response(reply, STAMP))["output"] == json.loads(body)["output"]


def test_logprobs_and_refusals_have_their_canonical_places():
    logprob = {"token": "H", "logprob": -0.1, "bytes": [72], "top_logprobs": []}
    body = response(message(text("H", logprobs=[logprob]), {"type": "refusal", "refusal": "No."}))
    choice = DIALECT.decode_response(body).document["choices"][0]
    assert choice["logprobs"] == {"content": [logprob], "refusal": None}
    assert (choice["message"]["content"], choice["message"]["refusal"]) == ("H", "No.")


def test_an_image_is_an_image_to_everybody():
    item = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "AAAA"}
    reply = DIALECT.decode_response(response(item))
    (image,) = reply.document["choices"][0]["message"]["images"]
    assert image["image_url"]["url"] == "data:image/png;base64,AAAA"
    assert native.reply_for("openai-chat", reply.document) == []


def test_a_chat_client_is_told_which_items_it_does_not_see():
    reply = DIALECT.decode_response(VECTORS["reply-web-search"].body)
    lost = native.reply_for("openai-chat", reply.document)
    assert [(one.field, one.how) for one in lost] == [("web_search_call", "dropped")]
    assert b"web_search_call" not in CHAT.encode_response(reply, STAMP)


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled"])
def test_an_unfinished_response_is_no_reply(status):
    for read in (DIALECT.decode_response, lambda body: DIALECT.relay_response(body, STAMP)):
        with pytest.raises(BadUpstream):
            read(response(status=status))


@pytest.mark.parametrize(
    ("code", "canonical"),
    [("rate_limit_exceeded", "rate_limit_exceeded"), ("server_error", "provider_unavailable"),
     ("invalid_prompt", "invalid_prompt"), ("invalid_base64_image", "invalid_image"),
     ("image_content_policy_violation", "content_policy_violation")],
)  # fmt: skip
def test_a_failed_response_is_an_error_with_status_200(code, canonical):
    with pytest.raises(UpstreamRefused) as caught:
        DIALECT.decode_response(response(status="failed", error={"code": code, "message": "It failed."}))
    assert caught.value.code == canonical


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"output": null}', b'{"error": {"message": "x"}}'])
def test_what_is_no_response_is_refused(body):
    with pytest.raises((BadUpstream, UpstreamRefused)):
        DIALECT.decode_response(body)


def test_another_hosts_reply_becomes_whole_items():
    said = {
        "content": "4", "reasoning": "2+2",
        "reasoning_details": [{"type": "reasoning.text", "text": "2+2", "signature": "sig",
                               "format": "anthropic-claude-v1", "index": 0}],
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }  # fmt: skip
    told = encoded(said, "tool_calls", "tool_use", Usage(input_tokens=1, output_tokens=2))
    thought, spoken, call = told["output"]
    assert thought["content"] == [{"type": "reasoning_text", "text": "2+2"}]
    assert (thought["format"], thought["signature"]) == ("anthropic-claude-v1", "sig")
    assert spoken["content"] == [text("4")]
    assert (call["call_id"], call["name"], call["arguments"]) == ("c1", "f", "{}")
    assert len({item["id"] for item in told["output"]}) == 3
    assert (told["status"], told["created_at"], told["usage"]["output_tokens"]) == ("completed", 5, 2)


def test_a_foreign_signature_comes_back_unmodified():
    detail = {"type": "reasoning.text", "text": "2+2", "signature": "sig", "format": "anthropic-claude-v1", "index": 0}
    items = encoded({"content": "4", "reasoning_details": [detail]})["output"]
    request = DIALECT.decode_request(DIALECT.open(json.dumps({"input": items}).encode()))
    assert request.messages[0].reasoning_details == [detail]


def test_a_chat_hosts_length_is_this_formats_reason():
    told = encoded({"content": "4"}, "length", "MAX_TOKENS")
    assert (told["status"], told["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})


TEXT = st.text(min_size=1, max_size=8)
OURS = "openai-responses-v1"
DETAILS = st.lists(
    st.builds(lambda t: {"type": "reasoning.summary", "summary": t}, TEXT)
    | st.builds(lambda t: {"type": "reasoning.text", "text": t}, TEXT)
    | st.builds(lambda t: {"type": "reasoning.encrypted", "data": t}, TEXT),
    max_size=3,
)  # fmt: skip
CALLS = st.lists(
    st.builds(lambda i, a: {"id": i, "type": "function", "function": {"name": "f", "arguments": a}}, TEXT, TEXT)
    | st.builds(lambda i, a: {"id": i, "type": "custom", "custom": {"name": "f", "input": a}}, TEXT, TEXT),
    max_size=3,
)


@settings(max_examples=100, deadline=None)
@given(TEXT | st.none(), TEXT | st.none(), DETAILS, CALLS, st.sampled_from([OURS, "xai-responses-v1", "unknown"]))
def test_decoding_what_was_encoded_gives_the_same_message(content, refusal, details, calls, format_):
    details = [{**d, "format": format_, "index": n, "id": f"rs_{n}"} for n, d in enumerate(details)]
    said = {"content": content, "refusal": refusal, "reasoning_details": details, "tool_calls": calls}
    told = json.dumps(encoded({name: value for name, value in said.items() if value})).encode()
    reply = DIALECT.decode_response(told)
    again = reply.document["choices"][0]["message"]
    assert (again["content"] or None, again.get("refusal")) == (content, refusal)
    assert again.get("reasoning_details", []) == details
    assert again.get("tool_calls", []) == calls
    assert reply.finish_reason == ("tool_calls" if calls else "stop")


def test_errors_have_openrouters_skin():
    body = json.loads(DIALECT.encode_error(Unauthorized("No.", remedy="Send a key."), None, in_stream=False))
    assert (body["status"], body["error"]["code"], body["error_type"]) == ("failed", 401, "authentication")
    event = DIALECT.encode_error(RateLimited("Slow.", remedy="Wait."), None, in_stream=True)
    assert event.startswith(b"event: response.failed\ndata: ")
    failed = json.loads(event.split(b"data: ")[1])["response"]
    assert (failed["status"], failed["error"]["code"]) == ("failed", "rate_limit_exceeded")
    assert failed["error_type"] == "rate_limit_exceeded"


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
def test_every_recorded_chat_reply_becomes_a_response_that_openai_publishes_a_type_for():
    types = pytest.importorskip("openai.types.responses")
    seen = 0
    for one in recordings("openai-chat"):
        if one.status != 200 or one.is_stream or not one.body:
            continue
        told = json.loads(DIALECT.encode_response(CHAT.decode_response(one.body), STAMP))
        told["service_tier"] = None  # every host has its own words
        if "output_audio" not in json.dumps(told):  # OpenAI has no type for sound
            types.Response.model_validate(told)
            seen += 1
    assert seen
