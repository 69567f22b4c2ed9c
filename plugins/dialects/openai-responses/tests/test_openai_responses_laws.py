"""The laws of a dialect on shipped vectors, on mutilated ones, and on the recordings where there are some."""

import contextlib
import json

import pytest
from crossroads_openai_responses import OpenAIResponses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads.errors import BadRequest
from crossroads.testing import laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors

DIALECT = OpenAIResponses()
VECTORS = vectors("openai-responses")
STREAMS = [v for v in VECTORS if v.is_stream]
REPLIES = [v for v in VECTORS if v.status == 200 and not v.is_stream]
# A host's unknown word for why it stopped is kept, but a mutilated one can't be told from a chat host's.
BREAKABLE = [v for v in STREAMS if b"response.incomplete" not in v.body]
ENDS = (b'"type":"response.completed"', b'"type":"response.incomplete"')
CUTS = st.lists(st.integers(0, 100_000), max_size=12)
RELAXED = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def end_of(body):
    return next(end for end in ENDS if end in body)


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


@named(STREAMS)
def test_a_stream_cut_anywhere_never_looks_complete(vector):
    end = end_of(vector.body)
    laws.a_cut_never_looks_complete(DIALECT, vector.body, end, range(0, vector.body.rindex(end) + len(end), 7))


@RELAXED
@given(st.sampled_from(STREAMS), CUTS, st.booleans())
def test_any_split_gives_the_same_stream(vector, cuts, crlf):
    data = vector.body.replace(b"\n", b"\r\n") if crlf else vector.body
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([v.body for v in BREAKABLE]), CUTS)
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ITEM_KEYS = ["type", "role", "content", "id", "status", "call_id", "name", "arguments", "input", "output", "summary",
             "encrypted_content", "result", "format", "signature"]  # fmt: skip
ITEM_TYPES = ["message", "reasoning", "function_call", "function_call_output", "custom_tool_call", "mcp_call",
              "custom_tool_call_output", "image_generation_call", "item_reference", "computer_call_output"]  # fmt: skip
PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["input_text", "input_image", "input_file", "output_text", "refusal", "summary_text",
                              "reasoning_text", "text", "file"])},
    optional=dict.fromkeys(("text", "refusal", "image_url", "file_url", "file_data", "detail", "annotations"), JSON),
)  # fmt: skip
ITEMS = st.fixed_dictionaries(
    {"type": st.sampled_from(ITEM_TYPES)},
    optional={
        **{name: JSON for name in ITEM_KEYS if name != "type"},
        "role": st.sampled_from(["assistant", "user", "system", "developer", "tool"]),
        "call_id": st.text(max_size=3),
        "arguments": st.text(max_size=5),
        "content": st.text(max_size=5) | st.lists(PARTS, max_size=3),
        "summary": st.lists(PARTS, max_size=3),
    },
)


@RELAXED
@given(st.lists(ITEMS | JSON, max_size=6))
def test_whatever_the_items_are_both_paths_send_the_same(items):
    laws.both_paths_send_the_same(DIALECT, json.dumps({"model": "m", "input": items}).encode())


FIELDS = ["background", "function_call", "include", "instructions", "logprobs", "max_tokens", "messages", "native",
          "prompt", "reasoning", "response_format", "seed", "stop", "stream_options", "text", "tool_choice", "tools",
          "truncation", "user", "verbosity", "x"]  # fmt: skip
TYPED = st.fixed_dictionaries({"type": st.sampled_from(["function", "custom", "allowed_tools", "json_schema"]) | JSON},
                              optional=dict.fromkeys(("name", "tools", "mode", "format", "schema"), JSON))  # fmt: skip


@RELAXED
@given(st.dictionaries(st.sampled_from(FIELDS), JSON | TYPED | st.lists(TYPED, max_size=2), max_size=4))
def test_whatever_the_fields_are_both_paths_send_the_same_or_refuse(fields):
    with contextlib.suppress(BadRequest):
        laws.both_paths_send_the_same(DIALECT, json.dumps({"model": "m", "input": "Hi", **fields}).encode())


@given(st.integers(100, 599), st.binary(max_size=99) | mutilated([v.body for v in VECTORS if v.status != 200]))
def test_any_error_answer_is_a_canonical_error(status, body):
    error = DIALECT.decode_error(status, (), body)
    assert 400 <= error.status < 600
    assert error.status not in (401, 402, 403)
    told = json.loads(DIALECT.encode_error(error, None, in_stream=False))
    assert (told["status"], told["error"]["code"], told["error_type"]) == ("failed", error.status, error.code)
