"""Vendors' own protocols on both sides: their SDKs, unmodified, with another vendor's model; OpenAI's with theirs.

A local server plays the vendors' hosts; the gateway stands between, with the packages as they are installed.
"""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cohere
import httpx
import ollama
import openai
import pytest

from crossroads.testing.recordings import vectors

CHAT = {one.name: one for one in vectors("openai-chat")}
TEXTS = {one.name: one for one in vectors("openai-completions")}
GENERATED = {one.name: one for one in vectors("watsonx")}
METRICS = {"input_token_count": 9, "output_token_count": 2}
TOLD = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]


class Hosts(BaseHTTPRequestHandler):
    """/openai replays vectors named by the model; /replicate makes predictions; /watsonx generates texts."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"] or 0)) or b"{}")
        self.seen.append((self.path, body))
        if self.path.startswith("/openai"):
            held = CHAT if self.path.endswith("/chat/completions") else TEXTS
            one = held[body["model"]]
            self.answer(one.body, "text/event-stream" if one.is_stream else "application/json")
        elif self.path.startswith("/replicate"):
            urls = {"stream": f"http://{self.headers['host']}/replicate/stream"} if body.get("stream") else {}
            self.answer(json.dumps({"id": "p1", "status": "starting", "urls": urls}).encode(), status=201)
        elif "generation" in self.path:
            one = GENERATED["stream" if "_stream?" in self.path else "reply"]
            self.answer(one.body, "text/event-stream" if one.is_stream else "application/json")
        else:
            said = {"role": "assistant", "content": "Hello"}
            reply = {"id": "c", "choices": [{"index": 0, "message": said, "finish_reason": "stop"}]}
            reply["usage"] = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
            self.answer(json.dumps({**reply, "model_id": body["model_id"]}).encode())

    def do_GET(self) -> None:
        self.seen.append((self.path, {}))
        if self.path.endswith("/stream"):
            self.answer(
                b"event: output\ndata: Hel\n\nevent: output\ndata: lo\n\nevent: done\ndata: {}\n\n", "text/event-stream"
            )
        else:
            done = {"id": "p1", "status": "succeeded", "output": ["Hel", "lo"], "metrics": METRICS}
            self.answer(json.dumps(done).encode())

    def answer(self, body: bytes, kind: str = "application/json", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def hosts() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hosts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def gateway(serve, hosts, tmp_path_factory) -> str:
    rows = {
        "openai-compatible": ("openai", [*CHAT, *TEXTS], "", ["chat", "completions"]),
        "replicate": ("replicate", ["meta/small"], "", ["chat"]),
        "watsonx": (
            "watsonx",
            ["ibm/small"],
            'settings = { project_id = "p9", exchange = false }',
            ["chat", "completions"],
        ),
    }
    lines = []
    for plugin, (name, upstreams, more, operations) in rows.items():
        models = ", ".join(
            f'{{ model = "{name}/{one.rpartition("/")[2]}", upstream = "{one}", operations = {operations} }}'
            for one in dict.fromkeys(upstreams)
        )
        lines += ["[[providers]]", f'name = "{name}"', f'plugin = "{plugin}"', 'api_key = "none"', more]
        lines += [f'base_url = "{hosts}/{name}"', f"endpoints = [{models}]"]
    config: Path = tmp_path_factory.mktemp("own") / "crossroads.toml"
    config.write_text("\n".join(lines))
    Hosts.seen.clear()
    return serve("--config", str(config))


@pytest.fixture
def cohere_client() -> Iterator[Callable[[str], cohere.Client]]:
    with httpx.Client(trust_env=False) as http:
        yield lambda origin: cohere.Client(api_key="any", base_url=origin, httpx_client=http)


def test_coheres_first_client_calls_tools_of_an_openai_model(gateway, cohere_client):
    sdk = cohere_client(gateway)
    tool = cohere.Tool(name="get_current_weather", description="", parameter_definitions={})
    reply = sdk.chat(message="Hi", preamble="Be brief.", model="openai/reply", tools=[tool])
    assert [(call.name, call.parameters) for call in reply.tool_calls] == [
        ("get_current_weather", {"location": "Berlin"})
    ]
    assert reply.meta.billed_units.input_tokens == 63
    assert Hosts.seen[-1][1]["messages"] == TOLD


def test_coheres_first_client_streams_them(gateway, cohere_client):
    sdk = cohere_client(gateway)
    events = list(sdk.chat_stream(message="Hi", model="openai/stream-tools"))
    assert [event.event_type for event in (events[0], events[-1])] == ["stream-start", "stream-end"]
    (call,) = events[-1].response.tool_calls
    assert (call.name, call.parameters) == ("get_current_date", {})
    assert events[-1].response.meta.billed_units.input_tokens == 139


def test_ollamas_client_continues_a_text_with_an_openai_model(gateway):
    sdk = ollama.Client(host=f"{gateway}/v1")
    raw = json.loads(TEXTS["reply"].body)
    reply = sdk.generate(model="openai/reply", prompt="Hi", options={"num_predict": 5})
    assert (reply.response, reply.done) == (raw["choices"][0]["text"], True)
    assert reply.eval_count == raw["usage"]["completion_tokens"]
    assert Hosts.seen[-1][1]["max_tokens"] == 5
    pieces = list(sdk.generate(model="openai/stream", prompt="Hi", stream=True))
    assert "".join(one.response for one in pieces)
    assert [one.done for one in pieces][-2:] == [False, True]
    sdk._client.close()


def test_openais_client_waits_for_a_prediction_and_streams_one(gateway):
    with openai.OpenAI(base_url=f"{gateway}/v1", api_key="any", max_retries=0) as sdk:
        reply = sdk.chat.completions.create(model="replicate/small", messages=TOLD)
        assert (reply.choices[0].message.content, reply.usage.total_tokens) == ("Hello", 11)
        made = next(body for path, body in Hosts.seen if path == "/replicate/models/meta/small/predictions")
        assert made == {"input": {"system_prompt": "Be brief.", "prompt": "Hi"}}
        with sdk.chat.completions.stream(
            model="replicate/small", messages=TOLD, stream_options={"include_usage": True}
        ) as events:
            final = events.get_final_completion() if all(True for _ in events) else None
        assert (final.choices[0].message.content, final.usage.prompt_tokens) == ("Hello", 9)


def test_openais_client_chats_and_writes_with_watsonx(gateway):
    with openai.OpenAI(base_url=f"{gateway}/v1", api_key="any", max_retries=0) as sdk:
        reply = sdk.chat.completions.create(model="watsonx/small", messages=TOLD)
        assert (reply.choices[0].message.content, reply.usage.total_tokens) == ("Hello", 11)
        path, asked = Hosts.seen[-1]
        assert path.startswith("/watsonx/ml/v1/text/chat?version=")
        assert (asked["model_id"], asked["project_id"]) == ("ibm/small", "p9")
        assert sdk.completions.create(model="watsonx/small", prompt="What is 1 + 1?").choices[0].text == "2"
        pieces = list(sdk.completions.create(model="watsonx/small", prompt="Sun", stream=True))
        assert "/generation_stream?" in Hosts.seen[-1][0]
        assert "".join(choice.text for one in pieces for choice in one.choices).endswith(" sky")
