"""The laws of both dialects on shipped vectors, on mutilated ones, and on whatever the canonical form may hold."""

import contextlib
import json
from itertools import pairwise

import pytest
from crossroads_cohere_v1 import CohereGenerate, CohereV1
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, StreamCut, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

TestCohereV1 = dialect_conformance(CohereV1)
TestCohereGenerate = dialect_conformance(CohereGenerate)

DIALECT, GENERATE = CohereV1(), CohereGenerate()
VECTORS = vectors("cohere-v1")
STREAMS = [v for v in VECTORS if v.is_stream]
REPLIES = [v.body for v in VECTORS if v.status == 200 and not v.is_stream]
GENERATIONS = [v.body for v in vectors("cohere-generate")]
RELAXED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WHERE = {"url": "https://api.northwind.example/v1/chat", "upstream": "small-2"}
USAGE = Usage(input_tokens=3, output_tokens=2)


@RELAXED
@given(mutilated([v.body for v in STREAMS]), st.lists(st.integers(0, 100_000), max_size=9))
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    for dialect in (DIALECT, GENERATE):
        _, error = laws.relay_all(dialect, [data])
        _, decoder = laws.decode_all(dialect, [data])
        assert error is None or type(decoder) in (type(error), BadUpstream)
        laws.a_split_changes_nothing(dialect, data, cuts)


@RELAXED
@given(st.sampled_from([(DIALECT, REPLIES), (GENERATE, GENERATIONS)]), st.data())
def test_a_mutilated_reply_raises_nothing_but_our_errors(one, data):
    dialect, bodies = one
    body = data.draw(mutilated(bodies))
    with contextlib.suppress(UpstreamError):
        decoded = dialect.decode_response(body)
        relayed = dialect.relay_response(body, laws.STAMP)
        assert (relayed.usage, relayed.finish_reason) == (decoded.usage, decoded.finish_reason)
        assert dialect.encode_response(decoded, laws.STAMP)


@RELAXED
@given(mutilated([v.request for v in VECTORS]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        opened = DIALECT.open(data)
        DIALECT.splice_request(opened, **WHERE)
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)


@pytest.mark.parametrize("vector", STREAMS, ids=lambda v: v.name)
def test_a_stream_cut_before_its_end_is_an_error(vector):
    for cut in range(0, len(vector.body.rstrip()), 97):
        out, error = laws.relay_all(DIALECT, [vector.body[:cut]])
        assert isinstance(error, StreamCut)
        assert b"stream-end" not in out


WORD = st.text('ab ü\n"', min_size=1, max_size=6)
ARGUMENTS = st.sampled_from(["{}", '{"a":[1]}', '{"b":"x"}'])


@st.composite
def conversations(draw):
    """Messages as version 1 can say them, with the ids that it gives."""
    made, number = [], 0
    if draw(st.booleans()):
        made.append({"role": "system", "content": draw(WORD)})
    for _ in range(draw(st.integers(0, 2))):
        made.append({"role": "user", "content": draw(WORD)})
        asked = draw(st.lists(ARGUMENTS, max_size=2, unique=True))
        calls = [
            {"id": f"call_unnamed_{number + i}", "type": "function", "function": {"name": "f", "arguments": text}}
            for i, text in enumerate(asked)
        ]
        number += len(calls)
        made.append({"role": "assistant", "content": draw(WORD), **({"tool_calls": calls} if calls else {})})
        made += [{"role": "tool", "tool_call_id": call["id"], "content": draw(WORD)} for call in calls]
    if not made or made[-1]["role"] != "tool" or draw(st.booleans()):
        made.append({"role": "user", "content": draw(WORD)})
    return made


REQUEST = st.fixed_dictionaries(
    {"messages": conversations(), "native": st.just({"cohere-v1": {"needs": {"documents": [{"id": "d"}]}}})},
    optional={
        "temperature": st.sampled_from([0, 0.7]),
        "top_p": st.sampled_from([0.1, 0.5]),
        "top_k": st.integers(0, 9),
        "seed": st.integers(0, 9),
        "max_tokens": st.integers(1, 9),
        "stop": st.lists(WORD, max_size=2),
        "response_format": st.sampled_from(
            [{"type": "json_object"}, {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}]
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
    assert back.model_dump(exclude_unset=True, by_alias=True) == {**body, "model": "small-2"}


@RELAXED
@given(WORD, st.lists(ARGUMENTS, max_size=2), st.lists(st.integers(0, 6), max_size=2))
def test_a_stream_of_any_pieces_adds_up_to_the_whole_reply(text, asked, cuts):
    calls = [{"function": {"name": "f", "arguments": one}} for one in asked]
    reason = "tool_calls" if calls else "stop"
    message = {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    whole = DIALECT.decode_response(
        DIALECT.encode_response(Reply(document={"choices": [choice]}, usage=USAGE), laws.STAMP)
    )
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    deltas = [{"content": text[a:b]} for a, b in pairwise(edges)]
    for index, one in enumerate(asked):
        deltas.append({"tool_calls": [{"index": index, "function": {"name": "f", "arguments": one[:1]}}]})
        deltas.append({"tool_calls": [{"index": index, "function": {"arguments": one[1:]}}]})
    encoder = DIALECT.encode_stream(laws.STAMP)
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    data = b"".join(map(encoder.encode, chunks)) + encoder.close(USAGE)
    documents, decoder = laws.decode_all(DIALECT, [data])
    got = [document["choices"][0]["delta"] for document in documents]
    pieces = [call for one in got for call in one.get("tool_calls", [])]
    told = whole.document["choices"][0]["message"]
    assert "".join(one.get("content", "") for one in got) == text == told["content"]
    assert "".join(piece["function"]["arguments"] for piece in pieces) == "".join(asked)
    assert [call["function"]["arguments"] for call in told.get("tool_calls", [])] == asked
    assert (decoder.usage, decoder.finish_reason) == (USAGE, reason) == (whole.usage, whole.finish_reason)
