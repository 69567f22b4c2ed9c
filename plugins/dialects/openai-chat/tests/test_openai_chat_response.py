"""Whole replies and error answers."""

import json

import pytest
from crossroads_openai_chat import OpenAIChat, errors
from crossroads_openai_chat.errors import MESSAGE_CHARS_MAX

from crossroads.dialect import Reply
from crossroads.errors import BadUpstream, ConfigError, NotFound, RateLimited, UpstreamRefused
from crossroads.testing.laws import STAMP
from crossroads.testing.recordings import vectors
from crossroads.types.usage import Usage

DIALECT = OpenAIChat()
VECTORS = {vector.name: vector for vector in vectors("openai-chat")}


def reply(**fields):
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    return json.dumps({"id": "up-1", "choices": [choice], **fields}).encode()


def test_identity_and_usage_are_touched_and_nothing_else():
    vector = VECTORS["reply"]
    before, relayed = json.loads(vector.body), DIALECT.relay_response(vector.body, STAMP)
    after = json.loads(relayed.body)
    touched = {"id", "model", "provider", "usage", "system_fingerprint"}
    assert {k: v for k, v in after.items() if k not in touched} == {k: v for k, v in before.items() if k not in touched}
    assert (after["id"], after["model"], after["provider"]) == (STAMP.id, STAMP.model, STAMP.provider)
    assert relayed.upstream_id == before["id"]
    assert after["usage"]["total_tokens"] == before["usage"]["total_tokens"]
    assert after["usage"]["cost"] > 0


def test_keys_that_clients_insist_on_are_added():
    body = reply(choices=[{"index": 0}])
    for document in (
        json.loads(DIALECT.relay_response(body, STAMP).body),
        json.loads(DIALECT.encode_response(DIALECT.decode_response(body), STAMP)),
    ):
        assert document["system_fingerprint"] is None
        assert document["object"] == "chat.completion"
        assert document["created"] == STAMP.created
        assert document["choices"][0]["finish_reason"] is None
        assert document["choices"][0]["message"] == {"role": "assistant", "content": None}


def test_a_decoded_reply_is_canonical():
    message = {"role": "assistant", "content": "Hi", "reasoning_content": "hm"}
    [choice] = DIALECT.decode_response(reply(choices=[{"message": message, "finish_reason": "eos"}])).document[
        "choices"
    ]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == ("stop", "eos")
    assert choice["message"]["reasoning"] == "hm"


def test_unreported_usage_is_none_and_not_shown():
    for usage in ({}, {"usage": None}, {"usage": {"prompt_tokens": -1}}):
        relayed = DIALECT.relay_response(reply(**usage), STAMP)
        assert relayed.usage is None
        assert "usage" not in json.loads(relayed.body)


def test_reasoning_outside_the_completion_is_counted_once():
    usage = DIALECT.relay_response(VECTORS["reasoning-outside-completion"].body, STAMP).usage
    reported = json.loads(VECTORS["reasoning-outside-completion"].body)["usage"]
    assert usage.prompt_tokens + usage.completion_tokens == reported["total_tokens"]
    assert usage.reasoning_tokens == reported["completion_tokens_details"]["reasoning_tokens"]


def test_a_reply_of_another_dialect_is_encoded():
    made = Reply(
        document={"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}, usage=Usage(input_tokens=2)
    )
    document = json.loads(DIALECT.encode_response(made, STAMP))
    assert document["usage"]["cost"] == 6e-09
    assert document["choices"][0]["native_finish_reason"] == "stop"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"choices":[]}', b'{"choices":null}', b'{"choices":5}', b'{"choices":[5]}',
     b'{"choices":[{"finish_reason":5}]}', b'{"error":5}', b'{"choices":[{"index":0}],"x":"\xff"}', b"[" * 99_999],
)  # fmt: skip
def test_what_is_no_reply_is_a_broken_upstream(body):
    for way in (DIALECT.decode_response, lambda body: DIALECT.relay_response(body, STAMP)):
        with pytest.raises(BadUpstream):
            way(body)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"error": {"code": 429, "message": "Slow down"}}, 429, "rate_limit_exceeded"),
        ({"error": {"code": "invalid_api_key", "message": "Wrong"}}, 502, "provider_unavailable"),
        ({"error": "it broke", "choices": None}, 502, "provider_unavailable"),
        ({"object": "error", "message": "too long: maximum context length is 5"}, 502, "provider_unavailable"),
    ],
)
def test_an_error_in_disguise_is_a_refusal(body, status, code):
    with pytest.raises(UpstreamRefused) as caught:
        DIALECT.relay_response(json.dumps(body).encode(), STAMP)
    assert (caught.value.status, caught.value.code) == (status, code)


def refused(status, body=b"", headers=()):
    return DIALECT.decode_error(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "code", "canonical", "elsewhere"),
    [
        (400, "invalid_request", 400, False), (401, "provider_unavailable", 502, True),
        (402, "provider_unavailable", 502, True), (403, "provider_unavailable", 502, True),
        (404, "not_found", 404, True), (405, "invalid_request", 400, False), (408, "timeout", 504, True),
        (409, "provider_unavailable", 502, True), (413, "payload_too_large", 413, False),
        (422, "unprocessable", 422, False), (429, "rate_limit_exceeded", 429, True),
        (500, "provider_unavailable", 502, True), (502, "provider_unavailable", 502, True),
        (503, "provider_overloaded", 503, True), (504, "timeout", 504, True), (524, "timeout", 504, True),
        (529, "provider_overloaded", 503, True), (599, "provider_unavailable", 502, True),
    ],
)  # fmt: skip
def test_a_status_alone_decides(status, code, canonical, elsewhere):
    error = refused(status)
    assert (error.code, error.status, error.elsewhere) == (code, canonical, elsewhere)
    assert error.upstream_status == status
    assert error.metadata["error_type"] == code


@pytest.mark.parametrize(
    ("name", "code", "elsewhere"),
    [("bad-key-as-400", "provider_unavailable", True), ("rate-limit", "rate_limit_exceeded", True),
     ("context-too-long", "context_length_exceeded", True)],
)  # fmt: skip
def test_recorded_errors(name, code, elsewhere):
    error = DIALECT.decode_error(VECTORS[name].status, VECTORS[name].headers, VECTORS[name].body)
    assert (error.code, error.elsewhere) == (code, elsewhere)


def test_a_quota_that_is_used_up_is_our_account_and_no_limit_to_wait_for():
    assert refused(429, {"error": {"code": "insufficient_quota", "message": "x"}}).code == "provider_unavailable"


def test_content_that_a_host_will_not_take_is_no_fault_of_our_account():
    error = refused(403, {"error": {"code": 403, "message": "Your input was flagged", "metadata": {"reasons": ["x"]}}})
    assert (error.code, error.status, error.elsewhere) == ("content_policy_violation", 400, True)
    assert refused(403, {"error": {"message": "Not in your country"}}).code == "provider_unavailable"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (((b"Retry-After", b"7"),), 7),
        (((b"retry-after", b"1.5"),), 1.5),
        (((b"retry-after-ms", b"250"), (b"retry-after", b"9")), 0.25),
        (((b"retry-after-ms", b"0"), (b"retry-after", b"1")), 1),
        (((b"retry-after", b"Wed, 25 Nov 2026 10:00:30 GMT"), (b"date", b"Wed, 25 Nov 2026 10:00:00 GMT")), 30),
        (((b"retry-after", b"Wed, 25 Nov 2026 09:00:00 GMT"), (b"date", b"Wed, 25 Nov 2026 10:00:00 GMT")), 0),
        (((b"retry-after", b"999999999"),), 86_400),
        (((b"x-ratelimit-remaining-requests", b"0"), (b"x-ratelimit-reset-requests", b"6m0s")), 360),
        (((b"x-ratelimit-remaining-tokens", b"9"), (b"x-ratelimit-reset-tokens", b"6m0s")), None),
        (((b"x-ratelimit-remaining-tokens", b"0"), (b"x-ratelimit-reset-tokens", b"120ms")), 0.12),
        (((b"retry-after", b"soon"),), None),
        (((b"retry-after", b"-5"),), None),
        (((b"retry-after", b"\xff"),), None),
    ],
)
def test_headers_say_when_to_come_back(headers, seconds):
    assert refused(429, headers=headers).retry_after_s == seconds


@pytest.mark.parametrize(
    "secret",
    ["sk-proj-abcDEF123456_789-xyz", "gsk_1234567890abcdefghij", "xai-0123456789abcdef", "AIzaSyA1234567890abcdefgh",
     "hf_abcdefghijklmnop12", "0123456789abcdef0123456789abcdef", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.sig"],
)  # fmt: skip
def test_a_key_never_passes(secret):
    for status in (400, 401, 429, 500):
        for body in (
            {"error": {"message": f"Key {secret} is bad", "code": secret}},
            {"detail": [f"Bearer {secret}"]},
            f"no access for {secret}".encode(),
        ):
            error = refused(status, body)
            assert secret not in str(error) + json.dumps(error.metadata)
            assert secret.encode() not in DIALECT.encode_error(error, None, in_stream=False)


def test_a_word_after_api_key_provided_is_no_message():
    assert "hunter2" not in str(refused(400, {"error": {"message": "Incorrect API key provided: hunter2."}}))


def test_long_and_hostile_messages_are_cut_and_one_line():
    error = refused(400, {"error": {"message": "a\r\nForged: line\x1b[0m\u2028" + "b " * 9999}})
    assert len(error.what) < MESSAGE_CHARS_MAX + 60
    assert str(error).isprintable()


def test_an_error_reply_is_openrouters_envelope():
    error = RateLimited("too many calls.", remedy="Wait.", retry_after_s=3, metadata={"limit_source": "key"})
    assert json.loads(DIALECT.encode_error(error, None, in_stream=False)) == {
        "error": {
            "code": 429,
            "message": "too many calls. Wait.",
            "metadata": {"limit_source": "key", "error_type": "rate_limit_exceeded", "retry_after_seconds": 3},
        }
    }
    missing = NotFound("no such model.", remedy="Choose another.", field="model", value="a/b")
    assert json.loads(DIALECT.encode_error(missing, None, in_stream=False))["error"]["code"] == 404


def test_an_operators_fault_shows_no_detail_to_a_client():
    body = DIALECT.encode_error(ConfigError("/etc/secret is odd.", remedy="Edit it."), None, in_stream=False)
    told = {"code": 500, "message": "Internal Server Error", "metadata": {"error_type": "server"}}
    assert json.loads(body) == {"error": told}


def test_what_a_good_reply_says_was_not_done_is_a_refusal():
    told = errors.refused("it is too long")
    assert ("it is too long" in str(told), told.upstream_status) == (True, 400)
    assert "no reason given" in str(errors.refused(None, 500))
