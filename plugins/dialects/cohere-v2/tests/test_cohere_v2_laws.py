"""The laws of the dialect on shipped vectors, on mutilated ones, and on whatever the canonical form may hold."""

import contextlib
import json
from itertools import pairwise

import pytest
from crossroads_cohere_v2 import CohereV2, said
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

TestCohereV2 = dialect_conformance(CohereV2)

DIALECT = CohereV2()
VECTORS = vectors("cohere-v2")
STREAMS = [v for v in VECTORS if v.is_stream]
REPLIES = [v for v in VECTORS if v.status == 200 and not v.is_stream]
RELAXED = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WHERE = {"url": "https://api.northwind.example/v1", "upstream": "small-2"}


@pytest.mark.parametrize("vector", STREAMS, ids=lambda v: v.name)
def test_both_paths_give_the_same_stream(vector):
    laws.both_paths_stream_the_same(DIALECT, vector.body)


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
def test_a_stream_cut_before_its_message_end_is_an_error(vector):
    end = vector.body.index(b"}", vector.body.index(b'"cached_tokens"', vector.body.rindex(b"event: message-end")))
    for cut in range(0, end, 5):
        out, error = laws.relay_all(DIALECT, [vector.body[:cut]])
        assert isinstance(error, StreamCut)
        assert b"message-end" not in out


WORD = st.text('ab ü\n"', min_size=1, max_size=6)
CALL = st.fixed_dictionaries(
    {
        "id": WORD,
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": st.just("f"), "arguments": st.just("{}")}),
    }
)
TEXT = st.fixed_dictionaries({"type": st.just("text"), "text": WORD})
PART = TEXT | st.just({"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "low"}})
DOCUMENT = st.just({"type": "document", "document": {"id": "d", "data": {"text": "a", "url": "https://x.example"}}})
CITATION = {"start": 0, "end": 1, "text": "a", "type": "TEXT_CONTENT"}
NOTES = [
    said.annotation({**CITATION, "sources": [{"type": "document", "id": "d", "document": document}]})
    for document in ({"id": "d", "url": "https://x.example", "text": "a"}, {"id": "d"})
]


def thoughts(draw):
    """A tool plan and blocks of thinking, as they come from the wire."""
    blocks = draw(st.lists(WORD, max_size=2))
    plan = draw(st.just("") | WORD)
    details = ([said.thought(plan, None)] if plan else []) + [said.thought(text, i) for i, text in enumerate(blocks)]
    if not details:
        return {}
    return {"reasoning": "".join(one["text"] for one in details), "reasoning_details": details}


@st.composite
def assistant(draw):
    made = {"role": "assistant", "content": draw(st.lists(TEXT, min_size=1, max_size=2)), **thoughts(draw)}
    if draw(st.booleans()):
        made["tool_calls"] = draw(st.lists(CALL, min_size=1, max_size=2))
    if draw(st.booleans()):
        made["annotations"] = draw(st.lists(st.sampled_from(NOTES), min_size=1, max_size=2))
    return made


MESSAGE = st.one_of(
    st.fixed_dictionaries({"role": st.just("system"), "content": WORD}),
    st.fixed_dictionaries({"role": st.just("user"), "content": WORD | st.lists(PART, max_size=3)}),
    st.fixed_dictionaries({"role": st.just("assistant"), "content": WORD}),
    st.fixed_dictionaries(
        {"role": st.just("tool"), "content": WORD | st.lists(TEXT | DOCUMENT, max_size=2), "tool_call_id": WORD}
    ),
    assistant(),
)
REQUEST = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, min_size=1, max_size=4)},
    optional={
        "temperature": st.sampled_from([0, 0.7]),
        "top_p": st.sampled_from([0.01, 0.5]),
        "top_k": st.integers(0, 500),
        "seed": st.integers(0, 9),
        "max_tokens": st.integers(1, 9),
        "stop": st.lists(WORD, max_size=5),
        "tool_choice": st.sampled_from(["none", "required"]),
        "reasoning": st.sampled_from([{"enabled": True}, {"enabled": False}, {"enabled": True, "max_tokens": 5}]),
        "response_format": st.sampled_from(
            [{"type": "json_object"}, {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}]
        ),
        "native": st.just(
            {"cohere-v2": {"drops": {"safety_mode": "OFF"}, "needs": {"documents": ["a", {"data": {"text": "b"}}]}}}
        ),
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


@st.composite
def message(draw):
    """A canonical reply, as Cohere's would be."""
    made = {"role": "assistant", "content": draw(WORD), **thoughts(draw)}
    if draw(st.booleans()):
        made["tool_calls"] = draw(st.lists(CALL, min_size=1, max_size=2))
    if draw(st.booleans()):
        made["annotations"] = draw(st.lists(st.sampled_from(NOTES), min_size=1, max_size=2))
    return made


@RELAXED
@given(message(), st.sampled_from(["stop", "length", "tool_calls", "error", "content_filter"]))
def test_what_is_carried_of_a_reply_comes_back_from_it(message, reason):
    choice = {"index": 0, "message": message, "finish_reason": reason, "native_finish_reason": None}
    usage = Usage(input_tokens=3, output_tokens=2, reasoning_tokens=4)
    body = DIALECT.encode_response(Reply(document={"choices": [choice]}, usage=usage), laws.STAMP)
    back = DIALECT.decode_response(body)
    native = back.document["choices"][0].pop("native_finish_reason")
    assert said.FINISH_REASONS[native] == reason
    assert back.document["choices"] == [{key: choice[key] for key in ("index", "message", "finish_reason")}]
    assert back.usage == usage


@RELAXED
@given(message(), st.lists(st.integers(0, 6), max_size=2))
def test_a_stream_of_any_pieces_adds_up_to_the_same_message(message, cuts):
    text = message["content"]
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    deltas = [{"reasoning_details": [one]} for one in message.get("reasoning_details", [])]
    deltas += [{"content": text[a:b]} for a, b in pairwise(edges)]
    deltas += [{"annotations": message.get("annotations", [])}]
    for index, call in enumerate(message.get("tool_calls", [])):
        deltas += [{"tool_calls": [{"index": index, **call}]}]
        deltas += [{"tool_calls": [{"index": index, "function": {"arguments": " "}}]}]
    encoder = DIALECT.encode_stream(laws.STAMP)
    usage = Usage(input_tokens=3, output_tokens=2)
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    data = b"".join(map(encoder.encode, chunks)) + encoder.close(usage)
    back, decoder = laws.decode_all(DIALECT, [data])
    got = [choice["delta"] for chunk in back for choice in chunk["choices"]]
    assert "".join(one.get("content") or "" for one in got) == text
    assert [n["citation"] for one in got for n in one.get("annotations", [])] == [
        n["citation"] for n in message.get("annotations", [])
    ]
    texts = [one["text"] for one in message.get("reasoning_details", [])]
    assert "".join(one.get("reasoning") or "" for one in got) == "".join(texts)
    calls = [call for one in got for call in one.get("tool_calls", [])]
    assert [call["id"] for call in calls if "id" in call] == [call["id"] for call in message.get("tool_calls", [])]
    assert all(call["function"]["arguments"] in ("{}", " ") for call in calls)
    assert (decoder.usage, decoder.finish_reason) == (usage, "stop")
