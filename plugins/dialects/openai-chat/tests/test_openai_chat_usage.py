"""Usage: golden objects of real hosts -> disjoint classes; nonsense -> no usage."""

import msgspec
import pytest
from crossroads_openai_chat.usage import merged_usage, parse_usage
from hypothesis import given
from hypothesis import strategies as st

from crossroads.types.usage import Cost, Usage


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        pytest.param(
            {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
             "prompt_tokens_details": {"cached_tokens": 60, "audio_tokens": 10},
             "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 5}},
            Usage(input_tokens=30, cache_read_tokens=60, audio_input_tokens=10, output_tokens=25, reasoning_tokens=20,
                  audio_output_tokens=5),
            id="openai: all inside",
        ),
        pytest.param(
            {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 305,
             "completion_tokens_details": {"reasoning_tokens": 200}},
            Usage(input_tokens=100, output_tokens=5, reasoning_tokens=200),
            id="xai: reasoning beside completion",
        ),
        pytest.param(
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 45},
            Usage(input_tokens=10, output_tokens=5, reasoning_tokens=30),
            id="gemini: reasoning only in the total",
        ),
        pytest.param(
            {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105, "prompt_cache_hit_tokens": 64,
             "prompt_cache_miss_tokens": 36, "prompt_tokens_details": {"cached_tokens": 64}},
            Usage(input_tokens=36, cache_read_tokens=64, output_tokens=5),
            id="deepseek: cache hits said twice",
        ),
        pytest.param(
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "cache_read_input_tokens": 4,
             "cache_creation_input_tokens": 3},
            Usage(input_tokens=3, cache_read_tokens=4, cache_write_tokens=3, output_tokens=5),
            id="databricks: cache inside prompt",
        ),
        pytest.param(
            {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115, "cache_read_input_tokens": 90,
             "cache_creation_input_tokens": 10},
            Usage(input_tokens=10, cache_read_tokens=90, cache_write_tokens=10, output_tokens=5),
            id="claude elsewhere: cache beside prompt, in the total",
        ),
        pytest.param(
            {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 90},
            Usage(input_tokens=10, cache_read_tokens=90, output_tokens=5),
            id="claude's own names, no total",
        ),
        pytest.param(
            {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
             "server_tool_use_details": {"web_search_requests": 2}},
            Usage(input_tokens=3, output_tokens=4, searches=2),
            id="openrouter: searches",
        ),
        pytest.param(
            {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7,
             "prompt_tokens_details": {"cached_tokens": 50}, "completion_tokens_details": {"reasoning_tokens": 90}},
            Usage(input_tokens=0, cache_read_tokens=5, reasoning_tokens=2),
            id="parts larger than their whole",
        ),
    ],
)  # fmt: skip
def test_a_hosts_usage_becomes_disjoint_classes(reported, expected):
    assert parse_usage(reported) == expected
    assert parse_usage(msgspec.Raw(msgspec.json.encode(reported))) == expected


@pytest.mark.parametrize("count", [None, -1, 1.5, float("nan"), "12", True, 2**60, [], {}])
def test_a_count_that_is_none_is_no_usage_and_never_zero(count):
    assert parse_usage({"prompt_tokens": count, "completion_tokens": 5}) is None
    assert parse_usage({"prompt_tokens": 5, "completion_tokens": count}) is None
    nonsense = {"cached_tokens": count, "audio_tokens": count}
    ok = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": count, "prompt_tokens_details": nonsense}
    assert parse_usage(ok) == Usage(input_tokens=5, output_tokens=2)


@pytest.mark.parametrize("raw", [None, 5, "x", [], msgspec.Raw(b"null"), msgspec.Raw(b"[1"), msgspec.Raw(b"[" * 9999)])
def test_what_is_no_object_is_no_usage(raw):
    assert parse_usage(raw) is None


def test_a_completion_count_that_is_left_out_is_zero_only_where_the_total_proves_it():
    told = parse_usage({"prompt_tokens": 11, "total_tokens": 11})
    assert (told.prompt_tokens, told.completion_tokens) == (11, 0)
    assert parse_usage({"prompt_tokens": 11, "total_tokens": 12}) is None
    assert parse_usage({"prompt_tokens": 11}) is None
    assert parse_usage({"prompt_tokens": 11, "completion_tokens": None, "total_tokens": 11}) is None


def test_embeddings_need_no_completion_count():
    assert parse_usage({"prompt_tokens": 5, "total_tokens": 5}, completion=0) == Usage(input_tokens=5)


COUNT = st.integers(0, 500) | st.none() | st.integers(-5, -1)
NAMES = ("cached_tokens", "cache_write_tokens", "audio_tokens", "reasoning_tokens", "image_tokens")
DETAILS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, COUNT))


@given(st.integers(0, 300), st.integers(0, 300), st.none() | st.integers(0, 900), DETAILS, DETAILS, DETAILS)
def test_classes_are_never_negative_and_sum_to_the_reported_total(prompt, answer, extra, inside, outside, top):
    usage = {"prompt_tokens": prompt, "completion_tokens": answer, "prompt_tokens_details": inside}
    usage |= {"completion_tokens_details": outside, **top}
    if extra is not None:
        usage["total_tokens"] = prompt + answer + extra
    parsed = parse_usage(usage)
    assert all(getattr(parsed, name) >= 0 for name in Usage.__struct_fields__ if name != "quality")
    if extra is not None:
        assert parsed.prompt_tokens + parsed.completion_tokens == usage["total_tokens"]


def test_the_hosts_other_fields_stay_beside_ours():
    theirs = {"prompt_tokens": 1, "cost": {"currency": "USD"}, "queue_time": 0.5,
              "completion_tokens_details": {"accepted_prediction_tokens": 3, "reasoning_tokens": 9}}  # fmt: skip
    ours = merged_usage(theirs, Usage(input_tokens=4, output_tokens=2), Cost(total_nano=7_230))
    assert msgspec.json.encode(ours["cost"]) == b"0.00000723"
    assert ours["queue_time"] == 0.5
    assert ours["total_tokens"] == 6
    assert ours["completion_tokens_details"]["accepted_prediction_tokens"] == 3
    assert ours["completion_tokens_details"]["reasoning_tokens"] == 0
