"""The laws of a dialect on shipped vectors, on mutilated ones, and on the recordings where there are some."""

import contextlib
import json

import pytest
from crossroads_openai_chat import OpenAIChat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads.errors import BadRequest
from crossroads.testing import laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors

DIALECT = OpenAIChat()
VECTORS = vectors("openai-chat")
STREAMS = [v for v in VECTORS if v.is_stream]
WHOLE = [v for v in STREAMS if b"[DONE]" in v.body and b'"error"' not in v.body]
REPLIES = [v for v in VECTORS if v.status == 200 and not v.is_stream]
DONE = b"data: [DONE]"
CUTS = st.lists(st.integers(0, 100_000), max_size=12)
RELAXED = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def named(vectors):
    return pytest.mark.parametrize("vector", vectors, ids=lambda v: v.name)


@named([v for v in VECTORS if v.request])
def test_both_paths_send_the_same_request(vector):
    laws.both_paths_send_the_same(DIALECT, vector.request)


@named(REPLIES)
def test_both_paths_give_the_same_reply(vector):
    laws.both_paths_reply_the_same(DIALECT, vector.body)


@named(STREAMS)
def test_both_paths_give_the_same_stream(vector):
    laws.both_paths_stream_the_same(DIALECT, vector.body)


@named(STREAMS)
def test_one_byte_at_a_time_gives_the_same_stream(vector):
    laws.a_split_changes_nothing(DIALECT, vector.body, range(len(vector.body)))


@named(WHOLE)
def test_a_stream_cut_at_any_byte_never_looks_complete(vector):
    laws.a_cut_never_looks_complete(DIALECT, vector.body, DONE, range(vector.body.rindex(DONE) + len(DONE)))


@RELAXED
@given(st.sampled_from(STREAMS), CUTS, st.booleans())
def test_any_split_gives_the_same_stream(vector, cuts, crlf):
    data = vector.body.replace(b"\n", b"\r\n") if crlf else vector.body
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([v.body for v in STREAMS]), CUTS)
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    laws.both_paths_stream_the_same(DIALECT, data, mutilated=True)
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([v.body for v in REPLIES]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    laws.both_paths_reply_the_same(DIALECT, data, mutilated=True)


@RELAXED
@given(mutilated([v.request for v in VECTORS if v.request]))
def test_a_mutilated_request_is_the_same_on_both_paths_or_a_bad_request(data):
    with contextlib.suppress(BadRequest):
        laws.both_paths_send_the_same(DIALECT, data)


HEADERS = [b"retry-after", b"retry-after-ms", b"date", b"x-ratelimit-remaining", b"x-ratelimit-reset"]


@RELAXED
@given(
    st.integers(100, 599),
    st.lists(st.tuples(st.sampled_from(HEADERS), st.binary(max_size=20))),
    st.binary(max_size=99) | mutilated([v.body for v in VECTORS if v.status != 200]),
)
def test_any_error_answer_is_a_canonical_error(status, headers, body):
    error = DIALECT.decode_error(status, tuple(headers), body)
    assert 400 <= error.status < 600
    assert error.status not in (401, 402, 403)
    assert error.retry_after_s is None or 0 <= error.retry_after_s <= 86_400
    assert DIALECT.encode_error(error, None, in_stream=False)


RECORDED = pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)


@RECORDED
def test_every_recorded_request_is_sent_the_same_on_both_paths():
    for one in recordings("openai-chat"):
        if one.request and one.status == 200:
            laws.both_paths_send_the_same(DIALECT, one.request)


@RECORDED
def test_every_recorded_reply_and_error_keeps_the_laws():
    for one in recordings("openai-chat"):
        if one.status != 200:
            assert DIALECT.decode_error(one.status, one.headers, one.body).remedy
        elif one.body and not one.is_stream:
            usage = laws.both_paths_reply_the_same(DIALECT, one.body).usage
            assert usage.prompt_tokens + usage.completion_tokens == json.loads(one.body)["usage"]["total_tokens"]


@RECORDED
def test_every_recorded_stream_keeps_the_laws():
    for one in recordings("openai-chat"):
        if one.is_stream:
            laws.both_paths_stream_the_same(DIALECT, one.body)
            laws.a_split_changes_nothing(DIALECT, one.body, [7, len(one.body) // 2, len(one.body) - 5])
            if one.body.rstrip().endswith(DONE):
                laws.a_cut_never_looks_complete(DIALECT, one.body, DONE, [1, len(one.body) // 2])
