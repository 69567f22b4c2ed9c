"""Requests of other formats' clients on their way to Gemini, and what is said about what they lose."""

import base64
import json

import pytest
from crossroads_google_gemini import GoogleGemini

from crossroads import jsonbody
from crossroads.errors import BadRequest, Unsupported
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

DIALECT = GoogleGemini()
HI = [{"role": "user", "content": "Hi"}]
PIXEL = base64.b64encode(b"\x89PNG\xfb\xff").decode()
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"q":1}'}}
FUNCTION = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def encode(upstream="gemini-2.5-flash", stream=False, url="https://g.example/v1beta", **fields):
    request = validate(ChatRequest, jsonbody.encode({"messages": HI, **fields}))
    return DIALECT.encode_request(request, url=url, upstream=upstream, stream=stream)


def document(**fields):
    return json.loads(jsonbody.encode(encode(**fields).document))


def lost(**fields):
    return {(note.field, note.how) for note in encode(**fields).lost}


@pytest.mark.parametrize(
    ("url", "stream", "whole"),
    [
        ("https://h/v1beta/models/m:generateContent", False, "https://h/v1beta/models/m:generateContent"),
        ("https://h/v1beta/models/m:generateContent", True, "https://h/v1beta/models/m:streamGenerateContent?alt=sse"),
        ("https://h/v1beta", False, "https://h/v1beta/models/m:generateContent"),
        ("https://h/p/models/m", True, "https://h/p/models/m:streamGenerateContent?alt=sse"),
        (
            "https://h/models/m:generateContent?x=1&alt=json",
            True,
            "https://h/models/m:streamGenerateContent?x=1&alt=sse",
        ),
    ],
)
def test_model_and_verb_stand_in_the_url(url, stream, whole):
    assert encode(url=url, upstream="m", stream=stream).url == whole


def test_a_plain_request_is_its_content_and_nothing_else():
    assert document() == {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    assert lost() == set()


def test_leading_system_messages_instruct_and_a_later_one_stays_where_it_is():
    system, late = {"role": "system", "content": "A"}, {"role": "developer", "content": "B"}
    sent = document(messages=[system, *HI, late])
    assert sent["systemInstruction"] == {"parts": [{"text": "A"}]}
    assert [content["parts"][0]["text"] for content in sent["contents"]] == ["Hi", "B"]
    assert lost(messages=[system, *HI, late]) == {("messages", "emulated")}
    assert document(messages=[system])["contents"] == [{"role": "user", "parts": [{"text": "A"}]}]


def inline(mime, data=PIXEL):
    return {"inlineData": {"mimeType": mime, "data": data}}


def pictured(url):
    return {"type": "image_url", "image_url": {"url": url}}


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        (pictured(f"data:image/png;base64,{PIXEL}"), inline("image/png")),
        (pictured("https://h/a.jpg?x"), {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://h/a.jpg?x"}}),
        ({"type": "input_audio", "input_audio": {"data": PIXEL, "format": "mp3"}}, inline("audio/mp3")),
        ({"type": "video_url", "video_url": {"url": "https://y/x"}}, {"fileData": {"fileUri": "https://y/x"}}),
        ({"type": "file", "file": {"file_data": f"data:application/pdf;base64,{PIXEL}"}}, inline("application/pdf")),
        ({"type": "file", "file": {"file_data": "data:text/plain,a%20b"}}, inline("text/plain", "YSBi")),
    ],
)
def test_media_go_inline_or_by_reference(part, sent):
    assert document(messages=[{"role": "user", "content": [part]}])["contents"][0]["parts"] == [sent]


def test_bytes_in_the_other_base64_alphabet_are_the_same_bytes_to_other_formats():
    part = {"inlineData": {"mimeType": "image/png", "data": base64.urlsafe_b64encode(b"\xfb\xff\xfe").decode()}}
    request = DIALECT.decode_request(DIALECT.open(json.dumps({"contents": [{"parts": [part]}]}).encode()))
    assert request.messages[0].content[0].image_url.url == "data:image/png;base64,+//+"


def test_answers_of_one_turn_stand_together_and_media_follow_before_gemini_3():
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    other = {**CALL, "id": "call_2", "function": {"name": "hear", "arguments": ""}}
    turns = [
        {"role": "assistant", "content": None, "tool_calls": [CALL, other]},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "b"}, image]},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"a": 1}'},
    ]
    first = {"id": "call_2", "name": "hear", "response": {"output": "b"}}
    second = {"functionResponse": {"id": "call_1", "name": "look", "response": {"a": 1}}}
    blob = {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
    calls, answers, media = document(messages=[*HI, *turns])["contents"][1:]
    assert [part["functionCall"]["args"] for part in calls["parts"]] == [{"q": 1}, {}]
    assert answers["parts"] == [{"functionResponse": first}, second]
    assert media["parts"] == [blob]
    assert ("messages.content", "emulated") in lost(messages=[*HI, *turns])
    inside = document(messages=[*HI, *turns], upstream="gemini-3-flash-preview")["contents"][2]["parts"]
    assert inside == [{"functionResponse": {**first, "parts": [blob]}}, second]


def test_an_answer_to_nothing_is_a_bad_request():
    with pytest.raises(BadRequest) as caught:
        encode(messages=[*HI, {"role": "tool", "tool_call_id": "x", "content": "a"}])
    assert caught.value.field == "messages.1.tool_call_id"


@pytest.mark.parametrize(
    ("upstream", "reasoning", "shown", "amount", "notes"),
    [
        ("gemini-2.5-flash", {"effort": "high"}, True, 24576, set()),
        ("gemini-2.5-flash", {"effort": "low"}, True, 1024, set()),
        ("gemini-2.5-flash", {"effort": "none"}, False, 0, set()),
        ("gemini-2.5-pro", {"effort": "none"}, False, 128, {"clamped"}),
        ("gemini-2.5-pro", {"max_tokens": 99999}, True, 32768, {"clamped"}),
        ("gemini-2.5-pro", {"enabled": True}, True, -1, set()),
        ("gemini-3-flash-preview", {"effort": "minimal"}, True, "MINIMAL", set()),
        ("gemini-3-pro-preview", {"effort": "medium"}, True, "HIGH", {"clamped"}),
        ("gemini-3.8-flash", {"effort": "xhigh"}, True, "HIGH", {"clamped"}),
        ("gemini-3.8-flash", {"effort": "none"}, False, "LOW", {"clamped"}),
        ("gemini-3.8-flash", {"effort": "low", "exclude": True}, False, "LOW", set()),
    ],
)
def test_thinking_is_what_the_model_takes(upstream, reasoning, shown, amount, notes):
    name = "thinkingLevel" if isinstance(amount, str) else "thinkingBudget"
    config = document(upstream=upstream, reasoning=reasoning)["generationConfig"]["thinkingConfig"]
    assert config == {"includeThoughts": shown, name: amount}
    assert {how for _, how in lost(upstream=upstream, reasoning=reasoning)} == notes


def test_an_effort_is_a_share_of_max_tokens_where_a_budget_is_taken():
    config = document(reasoning={"effort": "high"}, max_tokens=1000)["generationConfig"]
    assert (config["thinkingConfig"]["thinkingBudget"], config["maxOutputTokens"]) == (800, 1000)


def test_a_model_that_does_not_think_is_not_asked_to():
    assert "generationConfig" not in document(upstream="gemma-3-27b-it", reasoning={"effort": "low"})
    assert lost(upstream="gemma-3-27b-it", reasoning={"effort": "low"}) == {("reasoning", "dropped")}


def test_two_efforts_that_differ_are_a_bad_request():
    with pytest.raises(BadRequest, match="differs"):
        encode(reasoning={"effort": "low"}, reasoning_effort="high")


def test_limits_are_clamped_and_foreign_parameters_dropped_and_all_of_it_said():
    fields = {
        "temperature": 3,
        "stop": list("abcdef"),
        "seed": 2**40,
        "min_p": 0.1,
        "logit_bias": {"1": 2},
        "user": "u",
    }
    config = document(**fields)["generationConfig"]
    assert config == {"temperature": 2, "stopSequences": list("abcde"), "seed": 2**31 - 1}
    clamped = {(name, "clamped") for name in ("temperature", "stop", "seed")}
    assert lost(**fields) == clamped | {(name, "dropped") for name in ("min_p", "logit_bias", "user")}


def test_a_schema_beside_functions_is_answered_by_a_function_before_gemini_3():
    wanted = {"type": "json_schema", "json_schema": {"name": "response", "schema": {"type": "object", "title": "T"}}}
    sent = document(tools=[FUNCTION], response_format=wanted)
    names = [each["name"] for each in sent["tools"][0]["functionDeclarations"]]
    assert names == ["look", "crossroads_structured_answer"]
    assert sent["toolConfig"]["functionCallingConfig"]["mode"] == "ANY"
    assert lost(tools=[FUNCTION], response_format=wanted) == {("response_format", "emulated")}
    call = {"functionCall": {"name": "crossroads_structured_answer", "args": {"a": 1}}}
    body = {"candidates": [{"content": {"parts": [call]}, "finishReason": "STOP"}]}
    (choice,) = DIALECT.decode_response(json.dumps(body).encode()).document["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == ('{"a":1}', "stop")
    newer = document(tools=[FUNCTION], response_format=wanted, upstream="gemini-3.5-flash")
    assert newer["generationConfig"]["responseJsonSchema"] == {"type": "object", "title": "T"}


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [{"type": "custom"}]}, {"response_format": {"type": "grammar"}}, {"tool_choice": "any"},
        {"messages": [{"role": "user", "content": [{"type": "hologram"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "?"}}]}]},
    ],
)  # fmt: skip
def test_what_gemini_can_not_do_is_for_another_endpoint(fields):
    with pytest.raises(Unsupported):
        encode(**fields)


def test_open_reads_model_verb_limits_and_parameters():
    body = {"contents": "Hi", "generation_config": {"max_output_tokens": 5, "topK": 3}, "provider": {"only": ["a"]}}
    opened = DIALECT.open(
        json.dumps(body).encode(), {"model": "gemini-x", "path": "/models/{model}:streamGenerateContent"}
    )
    assert opened.models == ("gemini-x", "google/gemini-x")
    assert (opened.stream, opened.max_output_tokens, opened.parameters) == (True, 5, {"max_tokens", "top_k"})
    assert bytes(opened.preferences) == b'{"only": ["a"]}'
    assert "provider" not in DIALECT.splice_request(opened, url="https://h", upstream="m").document


@pytest.mark.parametrize("body", ['{"contents":[]}', '{"contents":5}', "{}", '{"contents":"a","generationConfig":[]}'])
def test_a_wrong_body_is_a_bad_request(body):
    with pytest.raises(BadRequest):
        DIALECT.open(body.encode())


@pytest.mark.parametrize(
    ("content", "field"),
    [({"role": "robot", "parts": []}, "contents.0.role"), ({"parts": [{"text": 5}]}, "text"), ({"parts": 5}, "parts")],
)
def test_a_wrong_field_of_a_content_is_named(content, field):
    with pytest.raises(BadRequest) as caught:
        DIALECT.decode_request(DIALECT.open(json.dumps({"contents": [content]}).encode()))
    assert caught.value.field == field


def test_what_a_turn_of_the_model_can_not_say_is_told_and_its_refusal_is_said():
    user, page = {"role": "user", "content": "Hi"}, {"type": "url_citation", "url_citation": {"url": "http://x"}}
    refusal = {
        "role": "assistant",
        "content": [{"type": "refusal", "refusal": "No"}],
        "name": "N",
        "annotations": [page],
    }
    assert document(messages=[user, refusal, user])["contents"][1]["parts"] == [{"text": "No"}]
    assert {("messages.name", "dropped"), ("messages.annotations", "dropped")} <= lost(messages=[user, refusal, user])
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert ("messages.content", "dropped") in lost(messages=[user, {"role": "assistant", "content": [picture]}, user])
