"""Thought signatures, calls without ids, sources and usage: what must come back exactly, or add up."""

import base64
import json

import pytest
from crossroads_google_gemini import GoogleGemini
from crossroads_google_gemini.signatures import SKIP

from crossroads import jsonbody
from crossroads.errors import UpstreamRefused
from crossroads.testing import laws
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

DIALECT = GoogleGemini()
HI = {"role": "user", "content": "Hi"}
SEARCHED = {"toolCall": {"id": "t", "toolType": "GOOGLE_SEARCH_WEB"}, "thoughtSignature": "c2ln"}
CALL = {"functionCall": {"name": "look", "args": {"q": 1}}}
TURNS = [
    [{"text": "Hm.", "thought": True}, {"text": "Hello", "thoughtSignature": "YQ=="}],
    [{"text": "Hello"}, {"text": "", "thoughtSignature": "YQ=="}],
    [{"text": "a", "thought": True}, {"text": "b", "thought": True, "thoughtSignature": "YQ=="}, {"text": "c"}],
    [
        {"text": "ä€", "thoughtSignature": "YQ=="},
        {"text": "b"},
        {"text": "c", "thoughtSignature": "Yg=="},
        {"text": "d"},
    ],
    [{"text": "a", "thoughtSignature": "YQ=="}, {**CALL, "thoughtSignature": "Yg=="}, CALL],
    [{**CALL, "thoughtSignature": "Yg=="}, SEARCHED, {"text": "a", "thoughtSignature": "YQ=="}],
    [
        {"executableCode": {"code": "1"}},
        {"codeExecutionResult": {"output": "1"}},
        {"text": "a"},
        SEARCHED,
        {"text": "b"},
    ],
    [{"functionCall": {"id": "own", "name": "look", "args": {}}, "thoughtSignature": "YQ=="}],
    [{"text": "a"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thoughtSignature": "YQ=="}],
]


def candidate(parts, **fields):
    content = {"role": "model", "parts": parts}
    return json.dumps(
        {"candidates": [{"content": content, "finishReason": "STOP"}], "responseId": "r", **fields}
    ).encode()


def message_of(body):
    return DIALECT.decode_response(body).document["choices"][0]["message"]


def contents(*messages, upstream="gemini-3-flash-preview"):
    request = validate(ChatRequest, jsonbody.encode({"messages": [HI, *messages]}))
    draft = DIALECT.encode_request(request, url="https://h", upstream=upstream, stream=False)
    return json.loads(jsonbody.encode(draft.document))["contents"][1:], {(note.field, note.how) for note in draft.lost}


@pytest.mark.parametrize("parts", TURNS)
def test_a_turn_that_an_openai_client_echoes_is_the_models_own(parts):
    (turn,), notes = contents(message_of(candidate(parts)))
    assert turn["parts"] == parts
    assert notes == set()


@pytest.mark.parametrize("parts", TURNS)
def test_a_turn_is_the_same_to_a_gemini_client_behind_two_translations(parts):
    reply = DIALECT.decode_response(candidate(parts))
    assert json.loads(DIALECT.encode_response(reply, laws.STAMP))["candidates"][0]["content"]["parts"] == parts


@pytest.mark.parametrize("parts", TURNS)
def test_a_turn_that_came_part_by_part_is_the_same_to_a_gemini_client(parts):
    events = [{"candidates": [{"content": {"role": "model", "parts": [part]}}], "responseId": "r"} for part in parts]
    events[-1]["candidates"][0]["finishReason"] = "STOP"
    data = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)
    chunks, decoder = laws.decode_all(DIALECT, [data])
    encoder = DIALECT.encode_stream(laws.STAMP)
    out = b"".join(map(encoder.encode, chunks)) + encoder.close(decoder.usage or laws.NO_USAGE)
    sent = [json.loads(line[6:]) for line in out.decode().splitlines() if line]
    assert [part for event in sent for part in event["candidates"][0]["content"]["parts"]] == parts


def test_a_thought_of_another_vendor_comes_back_whole_from_a_gemini_client_and_never_goes_to_google():
    details = [
        {"type": "reasoning.text", "text": "Hm.", "signature": "s1", "format": "anthropic-claude-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "d", "format": "anthropic-claude-v1", "index": 1},
    ]
    message = {"role": "assistant", "content": "Hello", "reasoning": "Hm.", "reasoning_details": details}
    reply = DIALECT.decode_response(candidate([{"text": "x"}]))
    reply.document["choices"][0]["message"] = message
    shown = json.loads(DIALECT.encode_response(reply, laws.STAMP))["candidates"][0]["content"]
    assert all(base64.b64decode(part["thoughtSignature"]) for part in shown["parts"][:2])
    body = json.dumps({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}, shown]}).encode()
    again = DIALECT.decode_request(DIALECT.open(body)).messages[1]
    assert again.reasoning_details == details
    (turn,), notes = contents(message)
    assert turn["parts"][-1] == {"text": "Hello"}
    assert ("reasoning_details", "dropped") in notes


def test_a_call_of_another_model_is_marked_for_gemini_3_and_only_for_it():
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call, {**call, "id": "call_2"}]}
    (turn,), notes = contents(message)
    assert [part.get("thoughtSignature") for part in turn["parts"]] == [SKIP, None]
    assert notes == {("messages.tool_calls", "emulated")}
    assert "thoughtSignature" not in contents(message, upstream="gemini-2.5-flash")[0][0]["parts"][0]


def test_a_call_without_an_id_gets_one_that_is_stable_and_stays_here():
    first, second = message_of(candidate([CALL, CALL]))["tool_calls"]
    assert first["id"] != second["id"]
    assert [first, second] == message_of(candidate([CALL, CALL]))["tool_calls"]
    answer = {"role": "tool", "tool_call_id": second["id"], "content": "x"}
    asked = {"role": "assistant", "content": None, "tool_calls": [first, second]}
    turns, _ = contents(asked, answer, upstream="gemini-2.5-flash")
    assert turns[0]["parts"] == [CALL, CALL]
    assert turns[1]["parts"] == [{"functionResponse": {"name": "look", "response": {"output": "x"}}}]


def test_sources_are_placed_by_characters_though_google_counts_bytes():
    text = "Ärger über Öl."
    support = {"segment": {"startIndex": 7, "endIndex": 12, "text": "über"}, "groundingChunkIndices": [0]}
    grounding = {"groundingChunks": [{"web": {"uri": "https://a", "title": "A"}}], "groundingSupports": [support]}
    body = json.loads(candidate([{"text": text}]))
    body["candidates"][0]["groundingMetadata"] = grounding
    (annotation,) = message_of(json.dumps(body).encode())["annotations"]
    cited = annotation["url_citation"]
    assert text[cited["start_index"] : cited["end_index"]] == "über"
    assert (cited["url"], cited["title"]) == ("https://a", "A")


def test_sources_of_another_upstream_are_shown_in_googles_bytes():
    reply = DIALECT.decode_response(candidate([{"text": "x"}]))
    cited = {"url": "https://a", "title": "A", "start_index": 6, "end_index": 10}
    annotations = [{"type": "url_citation", "url_citation": cited}]
    reply.document["choices"][0]["message"] = {"content": "Ärger über Öl.", "annotations": annotations}
    shown = json.loads(DIALECT.encode_response(reply, laws.STAMP))["candidates"][0]["groundingMetadata"]
    assert shown["groundingSupports"][0]["segment"] == {"startIndex": 7, "endIndex": 12, "text": "über"}


def usage(**counts):
    return DIALECT.decode_response(candidate([{"text": "x"}], usageMetadata=counts)).usage


def test_token_classes_are_disjoint_and_add_up():
    found = usage(
        promptTokenCount=100, cachedContentTokenCount=40, candidatesTokenCount=30, thoughtsTokenCount=20,
        toolUsePromptTokenCount=7, totalTokenCount=157,
        promptTokensDetails=[{"modality": "AUDIO", "tokenCount": 30}, {"modality": "TEXT", "tokenCount": 70}],
        cacheTokensDetails=[{"modality": "AUDIO", "tokenCount": 10}, {"modality": "TEXT", "tokenCount": 30}],
        candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 25}],
    )  # fmt: skip
    assert (found.input_tokens, found.cache_read_tokens, found.audio_input_tokens) == (47, 40, 20)
    assert (found.output_tokens, found.reasoning_tokens, found.image_output_tokens) == (5, 20, 25)
    assert found.prompt_tokens + found.completion_tokens == 157


def test_what_the_total_holds_beyond_its_parts_was_thinking():
    assert usage(promptTokenCount=5, candidatesTokenCount=2, totalTokenCount=17).reasoning_tokens == 10


@pytest.mark.parametrize(
    "counts", [{}, {"trafficType": "ON_DEMAND"}, {"promptTokenCount": -1}, {"promptTokenCount": "x"}]
)
def test_no_count_is_no_usage(counts):
    assert usage(**counts) is None


@pytest.mark.parametrize(
    ("native", "canonical"),
    [("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "content_filter"), ("RECITATION", "content_filter"),
     ("MALFORMED_FUNCTION_CALL", "error"), ("SOMETHING_NEW", "stop")],
)  # fmt: skip
def test_finish_reasons(native, canonical):
    body = candidate([{"text": "x"}]).replace(b"STOP", native.encode())
    (choice,) = DIALECT.decode_response(body).document["choices"]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == (canonical, native)
    assert ("error" in choice) == (canonical == "error")


def test_a_blocked_prompt_is_a_refusal():
    body = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": "No."}}
    reply = DIALECT.decode_response(json.dumps(body).encode())
    (choice,) = reply.document["choices"]
    assert (choice["finish_reason"], choice["message"]["refusal"]) == ("content_filter", "No.")
    sent = json.loads(DIALECT.encode_response(reply, laws.STAMP))
    assert sent["promptFeedback"] == body["promptFeedback"]
    assert sent["candidates"] == []


@pytest.mark.parametrize("running", [False, True])
def test_an_error_in_a_stream_leaves_after_what_came_before_it(running):
    first = b"data: " + candidate([{"text": "x"}]).replace(b', "finishReason": "STOP"', b"") + b"\n\n"
    error = b'data: {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}\n\n'
    relay = DIALECT.relay_stream(laws.STAMP)
    out = relay.feed(first) if running else b""
    with pytest.raises(UpstreamRefused) as caught:
        relay.feed(error)
    assert (b'"x"' in out) is running
    assert (caught.value.code, caught.value.billing) == ("provider_overloaded", "maybe")


def test_counts_of_a_stream_that_has_not_ended_are_an_estimate():
    decoder = DIALECT.decode_stream()
    for end, quality in (({}, "estimated"), ({"finishReason": "STOP"}, "exact")):
        said = {"content": {"role": "model", "parts": [{"text": "Hi"}]}, **end}
        counts = {"promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11}
        decoder.feed(b"data: " + json.dumps({"candidates": [said], "usageMetadata": counts}).encode() + b"\r\n\r\n")
        assert (decoder.usage.output_tokens, decoder.usage.quality) == (2, quality)
