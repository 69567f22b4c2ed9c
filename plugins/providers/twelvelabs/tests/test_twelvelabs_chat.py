"""TwelveLabs' analysis as a chat: what is asked about a video or images, and what comes back."""

import json

import pytest
from crossroads_twelvelabs.chat import TwelveLabsChat

from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestChat = dialect_conformance(TwelveLabsChat)

CHAT = TwelveLabsChat()
TEXT = {"type": "text", "text": "What happens?"}
VIDEO = {"type": "video_url", "video_url": {"url": "https://videos.example/a.mp4"}}
IMAGE = {"type": "image_url", "image_url": {"url": "https://images.example/a.png"}}
TOLD = {
    "id": "7a1b",
    "data": "A goal.",
    "finish_reason": "stop",
    "usage": {"output_tokens": 2, "input_tokens": 900},
}


def drafted(*parts, **fields):
    opened = CHAT.open(json.dumps({"messages": [{"role": "user", "content": list(parts)}], **fields}).encode())
    return CHAT.encode_request(CHAT.decode_request(opened), url="u", upstream="pegasus1.6", stream=False)


async def test_a_question_about_a_video_is_asked_and_its_price_is_counted():
    row = {"model": "a/m", "upstream": "pegasus1.6", "operations": ["chat"], "input_modalities": ["text", "video"]}
    row |= {"price_usd_per_mtok": {"input": "1", "output": "7.5"}}
    asked = {"messages": [{"role": "user", "content": [VIDEO, TEXT]}], "max_completion_tokens": 9, "start_time": 4}
    async with ScriptedProvider() as upstream:
        upstream.script(said(TOLD))
        got = await served(
            "twelvelabs", upstream, "openai-chat", json.dumps({"model": "a/m", **asked}).encode(), endpoints=[row]
        )
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "A goal."
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(input_tokens=900, output_tokens=2), 915_000)
    assert sent.path.endswith("/analyze")
    assert sent.header("x-api-key") == "none"
    assert sent.json == {
        "model_name": "pegasus1.6", "prompt": "What happens?", "stream": False, "max_tokens": 9, "start_time": 4,
        "video": {"type": "url", "url": "https://videos.example/a.mp4"},
    }  # fmt: skip


def test_images_have_names_and_data_urls_are_what_is_in_them():
    inside = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}
    assert drafted(IMAGE, inside, TEXT).document["image"] == [
        {"name": "image_1", "url": "https://images.example/a.png"},
        {"name": "image_2", "base64_string": "aGk="},
    ]
    film = {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,aGk="}}
    assert drafted(film, TEXT).document["video"] == {"type": "base64_string", "base64_string": "aGk="}


def test_a_schema_is_sent_bare():
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
    told = drafted(VIDEO, TEXT, response_format=wanted).document["response_format"]
    assert told == {"type": "json_schema", "json_schema": {"type": "object"}}


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ((VIDEO, VIDEO, TEXT), {}),
        ((VIDEO, IMAGE, TEXT), {}),
        (({"type": "video_url"}, TEXT), {}),
        (({"type": "input_audio", "input_audio": {"data": "aGk="}}, VIDEO, TEXT), {}),
        ((VIDEO, TEXT), {"response_format": {"type": "json_object"}}),
        ((VIDEO, TEXT), {"n": 2}),
    ],
)
def test_what_it_can_not_look_at_is_refused(parts, fields):
    with pytest.raises(Unsupported):
        drafted(*parts, **fields)


def test_a_reply_may_count_less_and_one_without_text_is_none():
    reply = CHAT.decode_response(b'{"data":"x","finish_reason":"length","usage":{"output_tokens":2}}')
    assert (reply.usage, reply.finish_reason) == (None, "length")
    with pytest.raises(BadUpstream):
        CHAT.decode_response(b'{"id":"x"}')


def test_a_client_that_streams_gets_it_as_one_piece():
    chunks, _ = laws.decode_all(CHAT, [json.dumps(TOLD).encode()])
    assert chunks[0]["choices"][0]["delta"]["content"] == "A goal."
