"""Every vendor's client with every other vendor's model: official SDKs, unmodified, against recorded answers.

A local server replays what the vendors' hosts really sent (`spec/vectors`), the gateway stands between, and what the
SDK's own types show must be what the vendor wrote.
"""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import anthropic
import openai
import pytest
from google import genai

from crossroads.testing.recordings import Recorded, vectors

PROVIDERS = {
    "anthropic-messages": "anthropic",
    "cohere-v2": "cohere",
    "google-gemini": "google-ai-studio",
    "mistral-chat": "mistral",
    "ollama-chat": "ollama",
    "openai-chat": "openai-compatible",
}
"""A dialect -> the provider package that speaks it, pointed at the replay."""

ROLL = ("dice_roll", {})


class Said(NamedTuple):
    """What an answer holds, whoever reads it. usage: prompt and completion tokens (of Cohere those that it bills)."""

    text: str
    calls: list[tuple[str, dict]]
    usage: tuple[int, int]


WHOLE = {
    "anthropic-messages/reply-thinking-tools": Said(
        "Sure! Let me check the weather in San Francisco for you!",
        [("get_weather", {"location": "San Francisco"})],
        (596, 99),
    ),
    "cohere-v2/parallel-tools": Said("", [ROLL, ROLL, ROLL], (54, 65)),
    "google-gemini/call-parallel": Said(
        "",
        [("secret_retrieval_tool", {"password": "mellon"}), ("secret_retrieval_tool", {"password": "radiance"})],
        (70, 109),
    ),
    "mistral-chat/parallel-tools": Said("", [ROLL, ROLL, ROLL], (109, 19)),
    "mistral-chat/structured": Said('{"name": "Bob", "age": 30}', [], (8, 14)),
    "ollama-chat/tool-calls": Said("", [("add_two_numbers", {"a": 2, "b": 3})], (310, 145)),
    "openai-chat/reply": Said("", [("get_current_weather", {"location": "Berlin"})], (63, 15)),
}
STREAMED = {
    "anthropic-messages/stream-parallel-tools": Said(
        "", [("favorite_color", {"_person": "Joe"}), ("favorite_color", {"_person": "Hadley"})], (608, 94)
    ),
    "cohere-v2/stream": Said("The capital of France is Paris.", [], (12, 7)),
    "google-gemini/thoughts-stream": Said("", [("weather", {"city": "San Francisco"})], (131, 110)),
    "mistral-chat/tools-stream": Said(
        "",
        [("search", {"query": "Detroit Tigers game time today"}), ("weather", {"city": "Detroit"})],
        (164, 25),
    ),
    "ollama-chat/tools-stream": Said("", [("weather", {"city": "Detroit"})], (263, 152)),
    "openai-chat/stream-tools": Said("", [("get_current_date", {})], (139, 14)),
}


@pytest.fixture(scope="module")
def replay() -> Iterator[str]:
    """A host that answers any POST with the vector that the request names as its model; gives the origin."""
    recorded = {f"{dialect}/{one.name}": one for dialect in PROVIDERS for one in vectors(dialect)}

    class Replay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = self._named(json.loads(body))
            kinds = [value.decode() for name, value in answer.headers if name.lower() == b"content-type"]
            self.send_response(answer.status)
            self.send_header("content-type", kinds[0] if kinds else "application/json")
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def _named(self, document: dict) -> Recorded:
            dialect, path = self.path[1:].split("/", 1)
            in_path = re.search(r"models/([\w-]+):", path)
            return recorded[f"{dialect}/{in_path[1] if in_path else document['model']}"]

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def everyone(serve, replay, tmp_path_factory) -> str:
    """`crossroads serve` with all of them behind it; gives the origin."""
    lines = []
    for dialect, provider in PROVIDERS.items():
        names = [name.partition("/")[2] for name in (*WHOLE, *STREAMED) if name.startswith(f"{dialect}/")]
        rows = ", ".join(
            f'{{ model = "{dialect}/{name}", upstream = "{name}", operations = ["chat"] }}' for name in names
        )
        lines += ["[[providers]]", f'name = "{dialect}"', f'plugin = "{provider}"', 'api_key = "none"']
        lines += [f'base_url = "{replay}/{dialect}"', f"endpoints = [{rows}]"]
    config = tmp_path_factory.mktemp("everyone") / "crossroads.toml"
    config.write_text("\n".join(lines))
    return serve("--config", str(config))


def by_openai_chat(origin: str, model: str, stream: bool) -> Said:
    with openai.OpenAI(base_url=f"{origin}/v1", api_key="any", max_retries=0) as sdk:
        asked = {"model": model, "messages": [{"role": "user", "content": "Hi"}]}
        if stream:
            with sdk.chat.completions.stream(**asked, stream_options={"include_usage": True}) as events:
                reply = events.get_final_completion() if all(True for _ in events) else None
        else:
            reply = sdk.chat.completions.create(**asked)
        message = reply.choices[0].message
        calls = [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []]
        assert reply.choices[0].finish_reason == ("tool_calls" if calls else "stop")
        return Said(message.content or "", calls, (reply.usage.prompt_tokens, reply.usage.completion_tokens))


def by_openai_responses(origin: str, model: str, stream: bool) -> Said:
    with openai.OpenAI(base_url=f"{origin}/v1", api_key="any", max_retries=0) as sdk:
        if stream:
            with sdk.responses.stream(model=model, input="Hi") as events:
                reply = events.get_final_response() if all(True for _ in events) else None
        else:
            reply = sdk.responses.create(model=model, input="Hi")
        calls = [(item.name, json.loads(item.arguments)) for item in reply.output if item.type == "function_call"]
        return Said(reply.output_text, calls, (reply.usage.input_tokens, reply.usage.output_tokens))


def by_anthropic(origin: str, model: str, stream: bool) -> Said:
    with anthropic.Anthropic(base_url=f"{origin}/api", api_key="any", max_retries=0) as sdk:
        asked = {"model": model, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 100}
        if stream:
            with sdk.messages.stream(**asked) as events:
                reply = events.get_final_message()
        else:
            reply = sdk.messages.create(**asked)
        text = "".join(block.text for block in reply.content if block.type == "text")
        calls = [(block.name, block.input) for block in reply.content if block.type == "tool_use"]
        assert reply.stop_reason == ("tool_use" if calls else "end_turn")
        usage = reply.usage
        cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
        return Said(text, calls, (usage.input_tokens + cached, usage.output_tokens))


def by_google_genai(origin: str, model: str, stream: bool) -> Said:
    sdk = genai.Client(api_key="any", http_options=genai.types.HttpOptions(base_url=origin))
    if stream:
        chunks = list(sdk.models.generate_content_stream(model=model, contents="Hi"))
    else:
        chunks = [sdk.models.generate_content(model=model, contents="Hi")]
    parts = [part for chunk in chunks for part in (chunk.candidates or [])[0].content.parts or [] if chunk.candidates]
    text = "".join(part.text for part in parts if part.text and not part.thought)
    calls = [(part.function_call.name, part.function_call.args) for part in parts if part.function_call]
    usage = chunks[-1].usage_metadata
    completion = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return Said(text, calls, (usage.prompt_token_count, completion))


READERS = (by_openai_chat, by_openai_responses, by_anthropic, by_google_genai)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("model", WHOLE)
def test_a_reply_is_what_the_vendor_wrote(everyone, model, read):
    assert read(everyone, model, False) == WHOLE[model]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("model", STREAMED)
def test_a_stream_adds_up_to_what_the_vendor_wrote(everyone, model, read):
    assert read(everyone, model, True) == STREAMED[model]
