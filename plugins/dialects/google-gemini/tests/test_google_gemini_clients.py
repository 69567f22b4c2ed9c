"""google-genai, unmodified, in process: against an upstream of another dialect, and against Google's own."""

import json

import httpx
import pytest
from crossroads_google_gemini import GoogleGemini
from crossroads_openai_chat import OpenAIChat

from crossroads import embed
from crossroads.testing.plugins import exchange_with, offer
from crossroads.testing.upstream import ScriptedProvider

genai = pytest.importorskip("google.genai")
types = genai.types
DIALECTS = {"google-gemini": GoogleGemini, "openai-chat": OpenAIChat}
SEARCH = types.FunctionDeclaration(name="look_up", parameters_json_schema={"type": "object", "properties": {}})


class Upstream:
    """A transport that answers with what a test wrote, and keeps what it was sent."""

    def __init__(self, *events):
        self.events, self.sent = events, []

    async def send(self, request):
        self.sent.append((request.url, json.loads(request.body)))
        streamed = "alt=sse" in request.url
        texts = [json.dumps(event).encode() for event in self.events]
        body = b"".join(b"data: %b\r\n\r\n" % text for text in texts) if streamed else texts[0]
        return Response(body, b"text/event-stream" if streamed else b"application/json")


class Response:
    status, framed = 200, True

    def __init__(self, body, kind):
        self.body, self.headers = body, ((b"content-type", kind),)

    async def read(self, limit_bytes):
        return self.body

    async def __aiter__(self):
        yield self.body

    async def aclose(self):
        pass


def client(x, version):
    inside = embed.async_client(httpx, x)
    options = types.HttpOptions(base_url="http://crossroads.local", api_version=version, httpx_async_client=inside)
    return genai.Client(api_key="none", http_options=options)


def google(upstream):
    manifest = {
        "operations": {"chat": {"dialect": "google-gemini", "url": "{base_url}/models/{upstream}:generateContent"}}
    }
    models = {"google/gemini-2.5-flash": "gemini-2.5-flash"}
    return exchange_with(
        offer("google", "https://google.example/v1beta", manifest=manifest, models=models),
        dialects=DIALECTS,
        transport=upstream,
    )


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_a_call_and_a_stream_reach_a_model_behind_another_dialect(version):
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream), dialects=DIALECTS) as x:
        models = client(x, version).aio.models
        reply = await models.generate_content(model="test/model", contents="Hi")
        assert reply.text
        assert reply.candidates[0].finish_reason == types.FinishReason.STOP
        assert reply.usage_metadata.total_token_count == 17
        stream = await models.generate_content_stream(model="test/model", contents="Hi")
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.text or "" for chunk in chunks) == reply.text
        assert [chunk.usage_metadata for chunk in chunks][-1].total_token_count == 17


async def test_an_unknown_model_is_an_api_error_of_the_sdk():
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream), dialects=DIALECTS) as x:
        with pytest.raises(genai.errors.ClientError) as caught:
            await client(x, "v1").aio.models.generate_content(model="test/none", contents="Hi")
        assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


REPLY = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [{"functionCall": {"name": "look_up", "args": {}}, "thoughtSignature": "c2ln"}],
            },
            "finishReason": "STOP",
            "groundingMetadata": {"webSearchQueries": ["q"]},
        }
    ],
    "usageMetadata": {
        "promptTokenCount": 5,
        "candidatesTokenCount": 2,
        "totalTokenCount": 7,
        "trafficType": "ON_DEMAND",
    },
    "modelVersion": "gemini-2.5-flash",
    "responseId": "r1",
}


async def test_from_google_to_google_nothing_changes_but_identity_and_price():
    upstream = Upstream(REPLY)
    async with google(upstream) as x:
        config = types.GenerateContentConfig(
            tools=[types.Tool(function_declarations=[SEARCH])],
            safety_settings=[types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")],
        )
        models = client(x, "v1beta").aio.models
        reply = await models.generate_content(model="gemini-2.5-flash", contents="Hi", config=config)
        part = reply.candidates[0].content.parts[0]
        assert (part.function_call.name, part.thought_signature) == ("look_up", b"sig")
        assert reply.usage_metadata.traffic_type == "ON_DEMAND"
        assert reply.model_version == "google/gemini-2.5-flash"
        chunks = [
            c
            async for c in await models.generate_content_stream(model="gemini-2.5-flash", contents="Hi", config=config)
        ]
        assert chunks[-1].candidates[0].content.parts[0].thought_signature == b"sig"
    (url, body), (stream_url, streamed) = upstream.sent
    assert url == "https://google.example/v1beta/models/gemini-2.5-flash:generateContent"
    assert stream_url == "https://google.example/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
    assert body == streamed
    assert body["safetySettings"] == [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]


async def test_an_openai_client_reaches_google_and_echoes_its_signature():
    upstream = Upstream(REPLY)
    tool = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
    asked = {"model": "google/gemini-2.5-flash", "messages": [{"role": "user", "content": "Hi"}], "tools": [tool]}
    async with google(upstream) as x, embed.async_client(httpx, x) as inside:
        message = (await inside.post("/chat/completions", json=asked)).json()["choices"][0]["message"]
        (call,) = message["tool_calls"]
        answer = {"role": "tool", "tool_call_id": call["id"], "content": "nothing"}
        again = {**asked, "messages": [*asked["messages"], message, answer]}
        assert (await inside.post("/chat/completions", json=again)).status_code == 200
    assert upstream.sent[1][1]["contents"][1:] == [
        {"role": "model", "parts": REPLY["candidates"][0]["content"]["parts"]},
        {"role": "user", "parts": [{"functionResponse": {"name": "look_up", "response": {"output": "nothing"}}}]},
    ]
