"""The laws of a dialect on shipped vectors, and on mutilated ones."""

import contextlib
import json

import pytest
from crossroads_google_gemini import GoogleGemini
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.errors import BadRequest, StreamCut, UpstreamError
from crossroads.testing import laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors

DIALECT = GoogleGemini()
VECTORS = vectors("google-gemini")
STREAMS = [v for v in VECTORS if v.status == 200 and v.stream]
REPLIES = [v for v in VECTORS if v.status == 200 and not v.stream]
ERRORS = [v.body for v in VECTORS if v.status != 200]
REQUESTS = [v.request for v in VECTORS if v.request]
CUTS = st.lists(st.integers(0, 100_000), max_size=12)
RELAXED = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
END = b'"finishReason"'
WHERE = {"url": "https://api.northwind.example/v1beta", "upstream": "gemini-3-flash-preview"}


def named(vectors):
    return pytest.mark.parametrize("vector", vectors, ids=lambda v: v.name)


@named(REPLIES)
def test_both_paths_give_the_same_reply(vector):
    laws.both_paths_reply_the_same(DIALECT, vector.body)


@named(STREAMS)
def test_both_paths_give_the_same_stream(vector):
    laws.both_paths_stream_the_same(DIALECT, vector.body)


@named(STREAMS)
def test_one_byte_at_a_time_gives_the_same_stream(vector):
    laws.a_split_changes_nothing(DIALECT, vector.body, range(len(vector.body)))


@named(STREAMS)
def test_a_stream_cut_at_any_byte_never_looks_complete(vector):
    laws.a_cut_never_looks_complete(DIALECT, vector.body, END, range(vector.body.rindex(END) + len(END)))


@named(STREAMS)
def test_a_stream_cut_inside_its_last_event_is_a_cut_stream_whatever_the_framing(vector):
    error = laws.relay_all(DIALECT, [vector.body.rstrip()[:-1]], framed=True)[1]
    assert isinstance(error, StreamCut)


@RELAXED
@given(st.sampled_from(STREAMS), CUTS)
def test_any_split_gives_the_same_stream(vector, cuts):
    laws.a_split_changes_nothing(DIALECT, vector.body, cuts)
    laws.a_split_changes_nothing(DIALECT, vector.body.replace(b"\r\n", b"\n"), cuts)


@st.composite
def revalued(draw, bodies):
    """A recorded body in which one value, anywhere, is another."""
    document = json.loads(draw(st.sampled_from(bodies)))
    places = []

    def walk(holder):
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            places.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                walk(holder[key])

    walk(document)
    holder, key = draw(st.sampled_from(places))
    junk = [None, True, -1, 1.5, 7, "", "x", [], {}, [1], [None], {"a": 1}, [{"a": 1}], [[]], "2099", float(2**60)]
    holder[key] = draw(st.sampled_from(junk))
    return json.dumps(document).encode()


@RELAXED
@given(mutilated([v.body for v in STREAMS]), CUTS)
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    laws.both_paths_stream_the_same(DIALECT, data, mutilated=True)
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@settings(RELAXED, max_examples=300)
@given(mutilated([v.body for v in REPLIES]) | revalued([v.body for v in REPLIES]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    laws.both_paths_reply_the_same(DIALECT, data, mutilated=True)


@settings(RELAXED, max_examples=300)
@given(revalued([v.body for v in REPLIES]))
def test_a_stream_of_a_mutilated_event_raises_nothing_but_our_errors(data):
    chunks, decoder = laws.decode_all(DIALECT, [b"data: ", data, b"\n\n"])
    if not isinstance(decoder, UpstreamError):
        encoder = DIALECT.encode_stream(laws.STAMP)
        assert b"".join(map(encoder.encode, chunks)) + encoder.close(laws.NO_USAGE)


@settings(RELAXED, max_examples=300)
@given(mutilated(REQUESTS) | revalued(REQUESTS))
def test_a_mutilated_request_is_encoded_or_a_bad_request(data):
    with contextlib.suppress(BadRequest):
        opened = DIALECT.open(data, {"model": "google/gemini-3-flash-preview"})
        draft = DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=False)
        assert jsonbody.encode(draft.document)


@pytest.mark.parametrize("request_", REQUESTS)
def test_decoding_what_was_encoded_gives_the_request_again(request_):
    first = DIALECT.decode_request(DIALECT.open(request_))
    draft = DIALECT.encode_request(first, **WHERE, stream=False)
    again = DIALECT.decode_request(DIALECT.open(jsonbody.encode(draft.document)))
    assert again.model_dump(exclude_unset=True) == first.model_dump(exclude_unset=True)


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_spliced_request_is_the_clients_own(request_):
    draft = DIALECT.splice_request(DIALECT.open(request_), **WHERE)
    assert json.loads(jsonbody.encode(draft.document)) == {
        k: v for k, v in json.loads(request_).items() if k != "model"
    }


HEADERS = [b"retry-after", b"date"]


@RELAXED
@given(
    st.integers(100, 599),
    st.lists(st.tuples(st.sampled_from(HEADERS), st.binary(max_size=20))),
    st.binary(max_size=99)
    | mutilated([v.body for v in VECTORS if v.status != 200])
    | revalued([v.body for v in VECTORS if v.status != 200]),
)
def test_any_error_answer_is_a_canonical_error(status, headers, body):
    error = DIALECT.decode_error(status, tuple(headers), body)
    assert 400 <= error.status < 600
    assert error.status not in (401, 402, 403)
    assert error.retry_after_s is None or 0 <= error.retry_after_s <= 86_400
    assert json.loads(DIALECT.encode_error(error, None, in_stream=False))["error"]["code"] == error.status
