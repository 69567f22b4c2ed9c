"""Calls over real sockets: plain and streamed replies, and what every bad request gets."""

import httpx

ASK = {"model": "acme/small", "messages": [{"role": "user", "content": "hi"}]}


def test_a_plain_call_is_answered_in_openrouters_shape(gateway):
    for prefix in ("/api/v1", "/v1"):
        reply = httpx.post(f"{gateway.url}{prefix}/chat/completions", json=ASK)
        assert reply.status_code == 200, reply.text
        body = reply.json()
        assert body["model"] == "acme/small"
        assert body["provider"] == "Scripted"
        assert body["usage"]["cost"] == 0.000003
        assert reply.headers["x-generation-id"] == body["id"]
        assert "server" not in reply.headers


def test_a_stream_is_relayed_with_one_usage_and_its_end(gateway):
    gateway.upstream.script = lambda asked: asked.tell("Hel", "lo")
    reply = httpx.post(f"{gateway.url}/api/v1/chat/completions", json={**ASK, "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.text.count('"usage"') == 1
    assert "Hel" in reply.text
    assert reply.text.endswith("data: [DONE]\n\n")
