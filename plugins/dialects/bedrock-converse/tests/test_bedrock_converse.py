"""Converse on shipped vectors, on mutilated ones, and on what the canonical form may hold."""

import contextlib
import json
import re

import pytest
from crossroads_bedrock_converse import PLAIN, STREAMED, BedrockConverse
from crossroads_bedrock_converse.frames import FrameReader, encode_frame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.errors import BadRequest, BadUpstream, StreamCut, Unsupported, UpstreamError, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import misshapen, mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

TestBedrockConverse = dialect_conformance(BedrockConverse)

DIALECT = BedrockConverse()
VECTORS = vectors("bedrock-converse")
STREAMS = [v for v in VECTORS if v.is_stream]
REPLIES = [v for v in VECTORS if v.status == 200 and not v.is_stream]
RELAXED = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WHERE = {"url": "https://bedrock.example/model/m/converse", "upstream": "amazon.nova-lite-v1:0"}
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def sent(body, upstream=WHERE["upstream"], **opened):
    request = validate(ChatRequest, json.dumps({"messages": [{"role": "user", "content": "Hi"}], **body}).encode())
    return DIALECT.encode_request(request, url=WHERE["url"], upstream=upstream, stream=False)


@pytest.mark.parametrize("given", ["f|1", "", "x" * 65, None])
def test_an_id_that_bedrock_refuses_becomes_another_one_on_both_sides(given):
    call = {"id": given, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    result = {"role": "tool", "content": "1", "name": "f", **({"tool_call_id": given} if given is not None else {})}
    draft = sent({"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}, result]})
    asked, answered = draft.document["messages"]
    made = asked["content"][0]["toolUse"]["toolUseId"]
    assert re.fullmatch(r"[a-zA-Z0-9_.:-]{1,64}", made)
    assert answered["content"][0]["toolResult"]["toolUseId"] == made
    assert ("messages.0.tool_calls.0.id" in {one.field for one in draft.lost}) is bool(given)


@pytest.mark.parametrize("name", ["cache_control", "metadata", "frobnicate"])
def test_a_field_that_bedrock_has_not_is_told(name):
    assert name in {one.field for one in sent({name: {"type": "ephemeral"}}).lost}


def test_what_messages_can_not_say_is_told():
    said = {"role": "assistant", "content": "Hi", "name": "N", "reasoning": "Hm", "images": [{}], "audio": {"id": "a"}}
    messages = [{"role": "system", "content": "S", "name": "N"}, {"role": "user", "content": "Hi", "name": "N"}, said]
    told = {one.field: one.how for one in sent({"messages": messages}).lost}
    assert told == {
        "messages.0.name": "dropped",
        "messages.1.name": "emulated",
        **{f"messages.2.{name}": "dropped" for name in ("name", "reasoning", "images", "audio")},
    }


@pytest.mark.parametrize("vector", STREAMS, ids=lambda v: v.name)
def test_both_paths_give_the_same_stream(vector):
    laws.both_paths_stream_the_same(DIALECT, vector.body)


@RELAXED
@given(mutilated([v.body for v in STREAMS]), st.lists(st.integers(0, 100_000), max_size=9))
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    laws.relay_all(DIALECT, [data])
    laws.decode_all(DIALECT, [data])
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(st.data(), st.sampled_from([v.body for v in STREAMS]))
def test_an_event_with_a_value_of_another_kind_is_passed_on_or_is_refused(data, body):
    frames = list(FrameReader().feed(body))
    at = data.draw(st.integers(0, len(frames) - 1))
    spoilt = data.draw(misshapen([frames[at].payload]))
    sent = b"".join(encode_frame(f.name, spoilt if n == at else f.payload) for n, f in enumerate(frames))
    laws.relay_all(DIALECT, [sent])
    chunks, _ = laws.decode_all(DIALECT, [sent])
    encoder = DIALECT.encode_stream(laws.STAMP)
    assert b"".join(map(encoder.encode, chunks)) + encoder.close(Usage())


@RELAXED
@given(mutilated([v.body for v in REPLIES]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        DIALECT.relay_response(data, laws.STAMP)
        assert DIALECT.encode_response(DIALECT.decode_response(data), laws.STAMP)


@RELAXED
@given(mutilated([v.request for v in VECTORS if v.request]))
def test_a_mutilated_request_is_encoded_or_is_a_bad_request(data):
    with contextlib.suppress(BadRequest):
        opened = DIALECT.open(data)
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)


@pytest.mark.parametrize("flipped", [0, 5, 9, 20, -2])
def test_a_wrong_checksum_is_a_bad_upstream(flipped):
    frame = bytearray(encode_frame("messageStart", b'{"role":"assistant"}'))
    frame[flipped] ^= 1
    with pytest.raises(BadUpstream):
        list(FrameReader().feed(bytes(frame)))


def test_an_exception_in_a_stream_is_its_error_and_tokens_before_it_stay():
    start = encode_frame("contentBlockDelta", b'{"delta":{"text":"Hi"},"contentBlockIndex":0}')
    data = start + encode_frame("throttlingException", b'{"message":"Too many tokens"}', exception=True)
    decoder = DIALECT.decode_stream()
    assert decoder.feed(data)[0]["choices"][0]["delta"] == {"content": "Hi"}
    with pytest.raises(UpstreamRefused) as caught:
        decoder.close(framed=True)
    error = caught.value
    assert (error.status, error.code, error.billing) == (429, "rate_limit_exceeded", "maybe")


def test_the_verb_of_the_path_says_whether_it_streams():
    body = b'{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}'
    for path, streams in ((PLAIN, False), (STREAMED, True)):
        opened = DIALECT.open(body, {"model": "acme/small", "path": path})
        assert (opened.models, opened.stream) == (("acme/small",), streams)
        assert DIALECT.splice_request(opened, **WHERE).url.endswith("-stream") == streams


def test_a_request_of_bedrocks_own_that_a_policy_changed_keeps_what_nobody_touched():
    cached = [{"text": "Long."}, {"cachePoint": {"type": "default"}}]
    body = {"messages": [{"role": "user", "content": cached}], "guardrailConfig": {"guardrailIdentifier": "g"}}
    request = DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
    changed = request.model_copy(update={"temperature": 0.5})
    document = json.loads(jsonbody.encode(DIALECT.encode_request(changed, **WHERE, stream=False).document))
    assert document == {**body, "inferenceConfig": {"temperature": 0.5}}


def test_turns_of_one_role_join_and_results_stand_with_what_follows():
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": PIXEL}}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "ok"},
        {"role": "user", "content": "And?"},
    ]
    made = sent({"messages": messages}).document
    assert made["system"] == [{"text": "Be brief."}]
    assert [message["role"] for message in made["messages"]] == ["user", "assistant", "user"]
    assert made["messages"][1]["content"] == [{"toolUse": {"toolUseId": "c", "name": "f", "input": {"a": 1}}}]
    assert [next(iter(block)) for block in made["messages"][2]["content"]] == ["toolResult", "text"]


def test_an_address_is_refused_so_that_another_endpoint_may_take_it():
    part = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}
    with pytest.raises(Unsupported):
        sent({"messages": [{"role": "user", "content": [part]}]})


@pytest.mark.parametrize(
    ("upstream", "expected"),
    [
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", {"thinking": {"type": "enabled", "budget_tokens": 2000}}),
        ("amazon.nova-2-lite-v1:0", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}}),
        ("openai.gpt-oss-20b-1:0", {"reasoning_effort": "medium"}),
    ],
)
def test_reasoning_is_said_in_the_words_of_the_model(upstream, expected):
    made = sent({"reasoning": {"max_tokens": 2000}, "max_tokens": 4000}, upstream)
    assert made.document["additionalModelRequestFields"] == expected


def test_what_is_dropped_is_told():
    lost = {(one.field, one.how) for one in sent({"seed": 1, "logprobs": True, "user": "u"}).lost}
    assert lost == {("seed", "dropped"), ("logprobs", "dropped"), ("user", "dropped")}


@RELAXED
@given(st.text(max_size=20), st.lists(st.sampled_from(["{}", '{"a": 1}']), max_size=2), st.text(max_size=5))
def test_a_stream_of_any_pieces_adds_up_to_the_same_message(text, arguments, thought):
    calls = [
        {"index": at, "id": f"c{at}", "type": "function", "function": {"name": "f", "arguments": one}}
        for at, one in enumerate(arguments)
    ]
    deltas = [{"reasoning": piece} for piece in thought] + [{"content": piece} for piece in text]
    deltas += [{"tool_calls": [call]} for call in calls]
    encoder, usage = DIALECT.encode_stream(laws.STAMP), Usage(input_tokens=3, cache_read_tokens=1, output_tokens=2)
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    data = b"".join(map(encoder.encode, chunks)) + encoder.close(usage)
    back, decoder = laws.decode_all(DIALECT, [data])
    got = [choice["delta"] for chunk in back for choice in chunk["choices"]]
    assert "".join(one.get("content") or "" for one in got) == text
    assert "".join(one.get("reasoning") or "" for one in got) == thought
    told = [call["function"]["arguments"] for one in got for call in one.get("tool_calls", [])]
    assert "".join(told) == "".join(arguments)
    assert (decoder.usage, decoder.finish_reason) == (usage, "stop")


def test_a_stream_without_its_metadata_is_complete_only_where_framing_says_so():
    data = encode_frame("messageStart", b"{}") + encode_frame("messageStop", b'{"stopReason":"end_turn"}')
    for framed in (True, False):
        decoder = DIALECT.decode_stream()
        decoder.feed(data)
        with contextlib.nullcontext() if framed else pytest.raises(StreamCut):
            decoder.close(framed=framed)


@pytest.mark.parametrize("field", ["system", "messages"])
def test_a_null_among_objects_is_a_bad_request_at_its_place(field):
    body = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], field: [None]}
    with pytest.raises(BadRequest) as caught:
        DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
    assert caught.value.field == f"{field}.0"


def test_pieces_of_parallel_calls_reach_their_own_block_and_an_ordinary_end_with_calls_is_tool_use():
    def piece(index, text, **head):
        return {"tool_calls": [{"index": index, **head, "function": {"name": "f", "arguments": text}}]}

    deltas = [piece(0, '{"a":', id="x"), piece(1, '{"b":', id="y"), piece(0, "1}"), piece(1, "2}"), {}]
    encoder = DIALECT.encode_stream(laws.STAMP)
    sent = b"".join(encoder.encode({"choices": [{"index": 0, "delta": one}]}) for one in deltas)
    end = {"index": 0, "delta": {}, "finish_reason": "stop", "native_finish_reason": "stop"}
    sent += encoder.encode({"choices": [end]}) + encoder.close(Usage())
    chunks, decoder = laws.decode_all(DIALECT, [sent])
    said = {0: "", 1: ""}
    for chunk in chunks:
        for call in [call for choice in chunk["choices"] for call in choice["delta"].get("tool_calls", ())]:
            said[call["index"]] += call["function"].get("arguments", "")
    assert said == {0: '{"a":1}', 1: '{"b":2}'}
    assert decoder.finish_reason == "tool_calls"
