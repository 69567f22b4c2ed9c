"""Calls over real sockets: plain and streamed replies, and what every bad request gets."""

import gzip
import json

import pytest

from crossroads.testing import Answer
from crossroads.testing.answers import refusal

CHAT = "/api/v1/chat/completions"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("prefix", ["/api/v1", "/v1"])
def test_a_plain_call_is_answered_in_openrouters_shape(gateway, prefix):
    reply = gateway.ask(path=f"{prefix}/chat/completions")
    assert reply.status_code == 200
    body = reply.json()
    assert body["model"] == "acme/small"
    assert body["choices"][0]["message"]["content"] == "Hello there."
    assert body["usage"]["cost"] == 12 * 100e-9 + 5 * 400e-9
    assert reply.headers["x-generation-id"] == body["id"]
    assert reply.headers["content-type"] == "application/json"
    assert "server" not in reply.headers


def test_a_stream_is_relayed_with_one_usage_and_its_end(gateway):
    reply = gateway.ask(stream=True)
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["x-generation-id"].startswith("gen-")
    assert reply.text.count('"usage":{') == 1
    assert "Hello" in reply.text
    assert reply.text.endswith("data: [DONE]\n\n")


def test_every_installed_dialect_is_served_at_its_paths(gateway):
    embedded = gateway.http.post("/api/v1/embeddings", json={"model": "acme/small", "input": "hi"})
    assert embedded.json()["data"][0]["embedding"]
    completed = gateway.http.post("/v1/completions", json={"model": "acme/small", "prompt": "hi"})
    assert completed.json()["choices"][0]["text"]


def test_the_callers_headers_are_kept_with_the_generation(gateway):
    headers = {"http-referer": "https://app.example", "x-title": "A\u2028B".encode(), "user-agent": "x" * 1000}
    headers["x-session-id"] = "s-1"
    id = gateway.http.post(CHAT, json=_call(), headers=headers).json()["id"]
    kept = gateway.wait(gateway.exchange.store.find_generation(id, None))
    assert (kept.app_url, kept.app_title) == ("https://app.example", "A B")
    assert kept.user_agent == "x" * 256
    assert kept.session_id == "s-1"
    id = gateway.http.post(CHAT, json=_call(session_id="body"), headers=headers | {"x-session-id": "s" * 257}).json()[
        "id"
    ]
    assert gateway.wait(gateway.exchange.store.find_generation(id, None)).session_id == "body"
    id = gateway.http.post(CHAT, json=_call(), headers={"x-session-id": "s" * 257}).json()["id"]
    assert gateway.wait(gateway.exchange.store.find_generation(id, None)).session_id is None


def test_an_upstreams_error_keeps_its_status_and_the_envelope(start):
    with start() as gateway:  # its own: what it is told to wait for outlasts the test
        gateway.upstream.default = refusal(429, "slow down", retry_after="7")
        for stream in (False, True):
            reply = gateway.ask(stream=stream)
            assert reply.status_code == 429
            assert reply.headers["retry-after"] == "7"
            assert reply.headers["content-type"] == "application/json"
            error = reply.json()["error"]
            assert (error["code"], error["metadata"]["error_type"]) == (429, "rate_limit_exceeded")
            assert "user_id" not in reply.json()


def test_an_error_in_the_middle_of_a_stream_is_an_event_and_no_done_follows(gateway):
    gateway.upstream.default = Answer(done=False, finish_reason="", framing="close")
    text = gateway.ask(stream=True).text
    last = text.strip().split("\n\n")[-1]
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == 502
    assert "[DONE]" not in text


BAD_BODIES = {
    "empty": b"",
    "broken": b'{"model": ',
    "an array": b"[]",
    "a number": b"1",
    "invalid UTF-8": b'{"model": "\xff", "messages": [{"role": "user", "content": "hi"}]}',
    "a BOM": b'\xef\xbb\xbf{"model": "acme/small"}',
    "NaN": b'{"model": "acme/small", "messages": [{}], "temperature": NaN}',
    "a duplicate key": b'{"model": "acme/small", "model": "acme/large", "messages": [{}]}',
    "deep nesting": b'{"model": "acme/small", "messages": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "very deep nesting": b"[" * 200_000,
    "a lone surrogate": b'{"model": "\\ud800", "messages": [{}]}',
    "a model of another type": b'{"model": 7, "messages": [{}]}',
    "a stream of another type": b'{"model": "acme/small", "messages": [{}], "stream": "yes"}',
    "messages of another type": b'{"model": "acme/small", "messages": "hi"}',
    "no messages": b'{"model": "acme/small"}',
    "a huge max_tokens": b'{"model": "acme/small", "messages": [{}], "max_tokens": 1' + b"0" * 400 + b"}",
    "a huge exponent": b'{"model": "acme/small", "messages": [{}], "temperature": 1e99999}',
    "preferences of another type": b'{"model": "acme/small", "messages": [{}], "provider": [1]}',
    "trailing bytes": b'{"model": "acme/small", "messages": [{}]} {}',
    "an unknown model": b'{"model": "no/model", "messages": [{}]}',
    "a model with a line break": b'{"model": "no\\r\\nX: y/model", "messages": [{}]}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_a_400_in_the_envelope(gateway, body):
    reply = gateway.http.post(CHAT, content=body, headers=JSON)
    assert reply.status_code == 400, reply.text
    error = reply.json()["error"]
    assert error["code"] == 400
    assert error["message"]
    assert not gateway.upstream.requests
    assert gateway.ask().status_code == 200


def test_a_body_must_be_said_to_be_json(gateway):
    for headers in ({}, {"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}):
        reply = gateway.http.post(CHAT, content=b"{}", headers=headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (415, 415)
        assert "content-type" in reply.json()["error"]["message"].lower()
    named = {"content-type": "Application/JSON; charset=utf-8"}
    assert gateway.http.post(CHAT, content=json.dumps(_call()), headers=named).status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip"])
def test_a_compressed_body_is_refused_with_a_remedy(gateway, coding):
    body = gzip.compress(b"0" * 10_000_000)
    reply = gateway.http.post(CHAT, content=body, headers={**JSON, "content-encoding": coding})
    assert reply.status_code == 415
    assert "Send the body as it is" in reply.json()["error"]["message"]


def test_a_body_over_the_limit_is_a_413_by_its_length_and_by_count(start):
    with start(limits={"request_bytes": 4096}) as gateway:
        large = json.dumps(_call(pad="x" * 5000)).encode()
        declared = gateway.http.post(CHAT, content=large, headers=JSON)
        counted = gateway.http.post(CHAT, content=iter([large[:3000], large[3000:]]), headers=JSON)
        for reply in (declared, counted):
            assert (reply.status_code, reply.json()["error"]["code"]) == (413, 413)
            assert "limits.request_bytes" in reply.json()["error"]["message"]
        assert gateway.ask().status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
def test_another_method_is_a_405_that_names_the_right_ones(gateway, method):
    for path, allow in ((CHAT, {"POST", "OPTIONS"}), ("/api/v1/models", {"GET", "HEAD", "OPTIONS"})):
        reply = gateway.http.request(method, path)
        if method in allow:
            assert reply.status_code == 200
            continue
        assert reply.status_code == 405
        assert set(reply.headers["allow"].split(", ")) == allow
        if method != "HEAD":
            assert reply.json()["error"]["code"] == 405


def test_options_names_the_methods(gateway):
    for path, allow in ((CHAT, "POST"), ("/api/v1/key", "GET"), ("/health", "GET")):
        reply = gateway.http.options(path)
        assert reply.status_code == 204
        assert allow in reply.headers["allow"].split(", ")


def test_an_unknown_path_is_a_404_that_names_it(gateway):
    for method in ("GET", "POST", "HEAD"):
        for path in ("/api/v1/nothing", "/nothing", "/api/v1/chat/completions/", "/api/v1/models/%00%ff"):
            reply = gateway.http.request(method, path)
            assert reply.status_code == 404
            if method != "HEAD":
                assert reply.json()["error"]["code"] == 404
    assert "/api/v1/nothing" in gateway.http.get("/api/v1/nothing").json()["error"]["message"]


def _hi():
    return {"messages": [{"role": "user", "content": "hi"}]}


def _call(**fields):
    return {"model": "acme/small", **_hi(), **fields}


def test_a_caller_who_asks_is_told_the_route(gateway):
    asks = {"x-openrouter-metadata": "enabled"}
    told = gateway.http.post(CHAT, json=_call(), headers=asks).json()["openrouter_metadata"]
    assert (told["requested"], told["strategy"], told["attempt"]) == ("acme/small", "direct", 1)
    assert [each["selected"] for each in told["endpoints"]["available"]] == [True]
    assert told["attempts"][0]["status"] == 200
    assert told["reasons"] == []  # one candidate: nothing to choose
    stream = gateway.http.post(CHAT, json=_call(stream=True), headers=asks).text
    assert stream.count("openrouter_metadata") == 1
    assert "openrouter_metadata" in stream.split("\n\n")[-3]
    assert "openrouter_metadata" not in gateway.http.post(CHAT, json=_call()).text


def test_a_failed_call_tells_its_route_too(gateway):
    gateway.upstream.default = refusal(429, "slow down")
    told = gateway.http.post(CHAT, json=_call(), headers={"x-openrouter-experimental-metadata": "enabled"}).json()
    assert [each["status"] for each in told["openrouter_metadata"]["attempts"]] == [429]


def test_keys_that_a_caller_brings_are_used_and_nonsense_is_refused_without_quoting_it(gateway):
    seen = len(gateway.upstream.requests)
    brought = {"x-provider-api-keys": '{"acme": "sk-brought-by-caller"}'}
    assert gateway.http.post(CHAT, json=_call(), headers=brought).status_code == 200
    assert gateway.upstream.requests[seen].header("authorization") == "Bearer sk-brought-by-caller"
    for nonsense in ("sk-brought-by-caller", '["sk-brought-by-caller"]', '{"acme": ""}', '{"acme": "sk-brought\\n"}'):
        reply = gateway.http.post(CHAT, json=_call(), headers={"x-provider-api-keys": nonsense})
        assert reply.status_code == 400
        assert "sk-brought" not in reply.text
