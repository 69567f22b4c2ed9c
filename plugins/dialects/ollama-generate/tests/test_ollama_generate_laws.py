"""The laws of the dialect on shipped vectors, on mutilated ones, and on whatever the canonical form may hold."""

import contextlib
import json
from itertools import pairwise

import pytest
from crossroads_ollama_generate import OllamaGenerate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, StreamCut, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.completions import CompletionRequest
from crossroads.types.usage import Usage

TestOllamaGenerate = dialect_conformance(OllamaGenerate)

DIALECT = OllamaGenerate()
VECTORS = vectors("ollama-generate")
STREAMS = [v for v in VECTORS if v.is_stream]
REPLIES = [v for v in VECTORS if not v.is_stream]
RELAXED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WHERE = {"url": "https://api.northwind.example/api/generate", "upstream": "small-2"}
USAGE = Usage(input_tokens=3, output_tokens=2)


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
    with contextlib.suppress(UpstreamError):
        decoded = DIALECT.decode_response(data)
        relayed = DIALECT.relay_response(data, laws.STAMP)
        assert (relayed.usage, relayed.finish_reason) == (decoded.usage, decoded.finish_reason)
        assert DIALECT.encode_response(decoded, laws.STAMP)


@RELAXED
@given(mutilated([v.request for v in VECTORS]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
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
OWN = {"ollama-generate": {"drops": {"options": {"num_ctx": 512}, "raw": True}, "needs": {"system": "s"}}}
REQUEST = st.fixed_dictionaries(
    {"prompt": WORD, "native": st.just(OWN)},
    optional={
        "suffix": WORD,
        "temperature": st.sampled_from([0, 0.7]),
        "top_k": st.integers(0, 9),
        "seed": st.integers(0, 9),
        "max_tokens": st.integers(1, 9),
        "stop": st.lists(WORD, max_size=2),
        "logprobs": st.booleans(),
        "top_logprobs": st.integers(0, 3),
        "response_format": st.sampled_from(
            [{"type": "json_object"}, {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}]
        ),
    },
)


@RELAXED
@given(REQUEST)
def test_what_is_carried_of_a_request_comes_back_from_it(body):
    request = validate(CompletionRequest, json.dumps(body).encode())
    draft = DIALECT.encode_request(request, **WHERE, stream=False)
    back = DIALECT.decode_request(DIALECT.open(jsonbody.encode(draft.document)))
    assert draft.lost == []
    assert back.model_dump(exclude_unset=True, by_alias=True) == {**body, "model": "small-2", "stream": False}


@RELAXED
@given(WORD, st.none() | WORD, st.sampled_from(["stop", "length"]), st.lists(st.integers(0, 6), max_size=2))
def test_replies_and_streams_of_any_pieces_come_back(text, thinking, reason, cuts):
    choice = {"index": 0, "text": text, "finish_reason": reason} | ({"reasoning": thinking} if thinking else {})
    body = DIALECT.encode_response(Reply(document={"choices": [choice], "created": 7}, usage=USAGE), laws.STAMP)
    back = DIALECT.decode_response(body)
    assert back.document["choices"] == [{**choice, "native_finish_reason": reason}]
    assert (back.document["created"], back.usage) == (7, USAGE)

    encoder = DIALECT.encode_stream(laws.STAMP)
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    pieces = [{"text": "", "reasoning": thinking or ""}, *({"text": text[a:b]} for a, b in pairwise(edges))]
    pieces.append({"text": "", "finish_reason": reason})
    data = b"".join(encoder.encode({"choices": [{"index": 0, **piece}]}) for piece in pieces) + encoder.close(USAGE)
    documents, decoder = laws.decode_all(DIALECT, [data])
    got = [one["choices"][0] for one in documents]
    assert "".join(one["text"] for one in got) == text
    assert "".join(one.get("reasoning", "") for one in got) == (thinking or "")
    assert (decoder.usage, decoder.finish_reason) == (USAGE, reason)
