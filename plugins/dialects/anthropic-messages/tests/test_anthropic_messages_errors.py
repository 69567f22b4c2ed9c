"""Errors and usage, from an Anthropic upstream and for a client of Anthropic's."""

import json

import pytest
from crossroads_anthropic_messages import AnthropicMessages
from crossroads_anthropic_messages.usage import encoded_usage, parse_usage

from crossroads.errors import Denied, RateLimited
from crossroads.types.usage import Cost

DIALECT = AnthropicMessages()
INVALID = "invalid_request_error"
COUNTS = {"input_tokens": 10, "output_tokens": 4}


def test_token_classes_are_disjoint_and_sum_to_what_was_reported():
    raw = {
        "input_tokens": 5,
        "cache_read_input_tokens": 7,
        "cache_creation_input_tokens": 11,
        "output_tokens": 13,
        "output_tokens_details": {"thinking_tokens": 3},
        "server_tool_use": {"web_search_requests": 2},
    }
    usage = parse_usage(raw)
    assert (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens) == (5, 7, 11)
    assert (usage.output_tokens, usage.reasoning_tokens, usage.searches) == (10, 3, 2)
    assert (usage.prompt_tokens, usage.completion_tokens) == (23, 13)


def test_a_compaction_is_billed_beside_the_totals_and_not_twice_on_the_way_back():
    rounds = [{"type": "compaction", "input_tokens": 100, "output_tokens": 9}, {"type": "message", **COUNTS}]
    usage = parse_usage({**COUNTS, "iterations": rounds})
    assert (usage.prompt_tokens, usage.completion_tokens) == (110, 13)
    told = encoded_usage({"iterations": rounds}, usage, Cost(total_nano=1))
    assert (told["input_tokens"], told["output_tokens"]) == (10, 4)


@pytest.mark.parametrize(
    "raw", [None, [], {}, {"input_tokens": 1}, {**COUNTS, "output_tokens": -1}, {**COUNTS, "input_tokens": 1.5}]
)
def test_half_a_usage_is_none(raw):
    assert parse_usage(raw) is None


@pytest.mark.parametrize(
    ("status", "kind", "message", "code", "seen", "elsewhere"),
    [
        (400, INVALID, "messages.0: wrong", "invalid_request", 400, False),
        (400, INVALID, "prompt is too long: 9 tokens > 8 maximum", "context_length_exceeded", 400, True),
        (400, INVALID, "input length and `max_tokens` exceed context limit: 1 + 2 > 2",
         "context_length_exceeded", 400, True),
        (400, INVALID, "Your credit balance is too low", "provider_unavailable", 502, True),
        (400, INVALID, "Output blocked by content filtering policy", "content_policy_violation", 400, True),
        (400, INVALID, "Unable to download the file.", "image_download_failed", 400, False),
        (400, INVALID, "This model does not support effort level 'xhigh'.", "invalid_request", 400, True),
        (401, "authentication_error", "invalid x-api-key", "provider_unavailable", 502, True),
        (403, "permission_error", "no", "provider_unavailable", 502, True),
        (404, "not_found_error", "model: x", "not_found", 404, True),
        (413, "request_too_large", "too large", "payload_too_large", 413, False),
        (429, "rate_limit_error", "slow down", "rate_limit_exceeded", 429, True),
        (429, "rate_limit_error", "You have reached your API usage limits", "provider_unavailable", 502, True),
        (500, "api_error", "oops", "provider_unavailable", 502, True),
        (504, "timeout_error", "late", "timeout", 504, True),
        (529, "overloaded_error", "Overloaded", "provider_overloaded", 503, True),
    ],
)  # fmt: skip
def test_an_error_answer_has_its_canonical_code(status, kind, message, code, seen, elsewhere):
    told = json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()
    error = DIALECT.decode_error(status, ((b"retry-after", b"7"),), told)
    assert (error.code, error.status, error.elsewhere) == (code, seen, elsewhere)
    assert (error.upstream_status, error.retry_after_s) == (status, 7.0)
    assert f"answered {status}" in str(error)


def test_errors_for_a_client_have_anthropics_shape():
    told = json.loads(DIALECT.encode_error(RateLimited("Slow.", remedy="Wait."), None, in_stream=False))
    assert told["type"] == "error"
    assert told["error"] == {
        "type": "rate_limit_error", "message": "Slow. Wait.", "error_type": "rate_limit_exceeded"
    }  # fmt: skip
    assert told["request_id"] is None
    event = DIALECT.encode_error(Denied("No.", remedy="Ask."), None, in_stream=True)
    assert event.startswith(b"event: error\ndata: ")
    assert json.loads(event.split(b"data: ")[1])["error"]["type"] == "permission_error"
