"""The laws of the dialect on shipped vectors, on mutilated ones, and on whatever the canonical form may hold."""

import contextlib
import json
from itertools import pairwise

import pytest
from crossroads_ollama_chat import OllamaChat, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, StreamCut, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

TestOllamaChat = dialect_conformance(OllamaChat)

DIALECT = OllamaChat()
VECTORS = vectors("ollama-chat")
STREAMS = [v for v in VECTORS if v.is_stream]
REPLIES = [v for v in VECTORS if v.status == 200 and not v.is_stream]
RELAXED = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WHERE = {"url": "https://api.northwind.example/api/chat", "upstream": "small-2"}


def test_vectors_of_both_kinds_are_shipped():
    assert STREAMS
    assert REPLIES


@RELAXED
@given(mutilated([v.body for v in STREAMS]), st.lists(st.integers(0, 100_000), max_size=9))
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    _, error = laws.relay_all(DIALECT, [data])
    _, decoder = laws.decode_all(DIALECT, [data])
    assert error is None or type(decoder) in (type(error), BadUpstream)
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([v.body for v in REPLIES]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    try:
        relayed = DIALECT.relay_response(data, laws.STAMP)
    except UpstreamError:
        with pytest.raises(UpstreamError):
            DIALECT.decode_response(data)
        return
    with contextlib.suppress(BadUpstream):  # a relay skips over what a decoder must read
        decoded = DIALECT.decode_response(data)
        assert (relayed.usage, relayed.finish_reason) == (decoded.usage, decoded.finish_reason)
        assert DIALECT.encode_response(decoded, laws.STAMP)


@RELAXED
@given(mutilated([v.request for v in VECTORS if v.request]))
def test_a_mutilated_request_is_encoded_or_is_a_bad_request(data):
    with contextlib.suppress(BadRequest):
        opened = DIALECT.open(data)
        DIALECT.splice_request(opened, **WHERE)
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)


@pytest.mark.parametrize("vector", STREAMS, ids=lambda v: v.name)
def test_a_stream_cut_before_the_line_that_is_done_is_an_error(vector):
    for cut in range(0, len(vector.body.rstrip()), 3):
        out, error = laws.relay_all(DIALECT, [vector.body[:cut]])
        assert isinstance(error, StreamCut)
        assert b'"done":true' not in out


WORD = st.text('ab ü\n"', min_size=1, max_size=6)
CALL = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"call_[a-z]{5}", fullmatch=True),
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": st.just("f"), "arguments": st.sampled_from(["{}", '{"a":[1]}'])}),
    }
)
IMAGE = st.sampled_from(["png;base64,iVBORw==", "jpeg;base64,/9j/", "gif;base64,R0lGOD=="]).map(
    lambda data: {"type": "image_url", "image_url": {"url": f"data:image/{data}"}}
)


@st.composite
def with_images(draw):
    return [{"type": "text", "text": draw(WORD)}, *draw(st.lists(IMAGE, min_size=1, max_size=2))]


@st.composite
def assistant(draw):
    made = {"role": "assistant", "content": draw(WORD)}
    if draw(st.booleans()):
        made |= said.reasoning(draw(WORD))
    if draw(st.booleans()):
        made["tool_calls"] = draw(st.lists(CALL, min_size=1, max_size=2))
    return made


MESSAGE = st.one_of(
    st.fixed_dictionaries({"role": st.just("system"), "content": WORD}),
    st.fixed_dictionaries({"role": st.just("user"), "content": WORD | with_images()}),
    st.fixed_dictionaries({"role": st.just("tool"), "content": WORD, "tool_call_id": WORD, "name": st.just("f")}),
    assistant(),
)
OWN = {"ollama-chat": {"drops": {"options": {"num_ctx": 512}, "keep_alive": "5m"}}}
REQUEST = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, min_size=1, max_size=4), "native": st.just(OWN)},
    optional={
        "temperature": st.sampled_from([0, 0.7]),
        "top_p": st.sampled_from([0.1, 1]),
        "top_k": st.integers(0, 9),
        "min_p": st.just(0.5),
        "seed": st.integers(0, 9),
        "max_tokens": st.integers(1, 9),
        "repetition_penalty": st.just(1.5),
        "stop": st.lists(WORD, max_size=2),
        "reasoning": st.sampled_from([{"enabled": True}, {"enabled": False}, {"effort": "low"}]),
        "response_format": st.sampled_from(
            [{"type": "json_object"}, {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}]
        ),
        "logprobs": st.booleans(),
        "top_logprobs": st.integers(0, 3),
    },
)


@RELAXED
@given(REQUEST)
def test_what_is_carried_of_a_request_comes_back_from_it(body):
    request = validate(ChatRequest, json.dumps(body).encode())
    draft = DIALECT.encode_request(request, **WHERE, stream=False)
    back = DIALECT.decode_request(DIALECT.open(jsonbody.encode(draft.document)))
    assert draft.lost == []
    assert back.model_dump(exclude_unset=True, by_alias=True) == {**body, "model": "small-2", "stream": False}


@RELAXED
@given(assistant(), st.sampled_from(["stop", "length"]))
def test_what_is_carried_of_a_reply_comes_back_from_it(message, reason):
    reason = "tool_calls" if "tool_calls" in message and reason == "stop" else reason
    choice = {"index": 0, "message": message, "finish_reason": reason}
    usage = Usage(input_tokens=3, output_tokens=2)
    body = DIALECT.encode_response(Reply(document={"choices": [choice], "created": 7}, usage=usage), laws.STAMP)
    back = DIALECT.decode_response(body)
    assert back.document["choices"][0].pop("native_finish_reason") in said.FINISH_REASONS
    assert back.document["choices"] == [choice]
    assert back.document["created"] == 7
    assert back.usage == usage


@RELAXED
@given(assistant(), st.lists(st.integers(0, 6), max_size=2))
def test_a_stream_of_any_pieces_adds_up_to_the_same_message(message, cuts):
    text = message["content"]
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    deltas = [{"reasoning": message["reasoning"]}] if "reasoning" in message else []
    deltas += [{"content": text[a:b]} for a, b in pairwise(edges)]
    for index, call in enumerate(message.get("tool_calls", [])):
        head = {"name": call["function"]["name"], "arguments": ""}
        deltas += [{"tool_calls": [{"index": index, "id": call["id"], "type": "function", "function": head}]}]
        pieces = call["function"]["arguments"]
        deltas += [{"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces]
    encoder = DIALECT.encode_stream(laws.STAMP)
    usage = Usage(input_tokens=3, output_tokens=2)
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    data = b"".join(map(encoder.encode, chunks)) + encoder.close(usage)
    back, decoder = laws.decode_all(DIALECT, [data])
    got = [choice["delta"] for chunk in back for choice in chunk["choices"]]
    assert "".join(one.get("content") or "" for one in got) == text
    assert "".join(one.get("reasoning") or "" for one in got) == message.get("reasoning", "")
    calls = [{k: v for k, v in call.items() if k != "index"} for one in got for call in one.get("tool_calls", [])]
    assert calls == message.get("tool_calls", [])
    assert decoder.usage == usage
    assert decoder.finish_reason == ("tool_calls" if calls else "stop")
