"""The official `openai` package's audio, in process, against a local server that says what OpenAI's says."""

import httpx2
import openai
import pytest

from crossroads import embed, multipart
from crossroads.testing.answers import Answer
from crossroads.testing.upstream import ScriptedProvider

SOUND = ("a.wav", b"RIFF\0\xff", "audio/wav")


@pytest.fixture
async def heard():
    async with ScriptedProvider() as provider:
        yield provider


def sdk_of(provider):
    sound = {
        "model": "a/sound",
        "upstream": "sound",
        "operations": ["speech", "transcription", "translation"],
        "price_usd": {"character": "0.000015", "second": "0.0001"},
    }
    mine = {"plugin": "openai-compatible", "name": "mine", "base_url": provider.base_url, "endpoints": [sound]}
    config = {"providers": [mine]}
    return openai.AsyncOpenAI(
        http_client=embed.async_client(httpx2, config), base_url=embed.BASE_URL, api_key="none", max_retries=0
    )


async def test_speech_comes_as_the_bytes_that_were_sent(heard):
    heard.script(Answer(raw=(b"ID3\0\xff",), content_type="audio/mpeg"))
    async with sdk_of(heard) as sdk:
        reply = await sdk.audio.speech.create(model="a/sound", voice="alloy", input="hello")
        assert await reply.aread() == b"ID3\0\xff"
        assert reply.response.headers["content-type"] == "audio/mpeg"
    assert heard.requests[0].json == {"model": "sound", "voice": "alloy", "input": "hello"}


async def test_transcription_sends_the_file_and_gives_the_text(heard):
    heard.script(Answer(raw=(b'{"text":"hello","usage":{"type":"duration","seconds":2}}',)))
    async with sdk_of(heard) as sdk:
        reply = await sdk.audio.transcriptions.create(model="a/sound", file=SOUND, timestamp_granularities=["word"])
    assert reply.text == "hello"
    sent = heard.requests[0]
    assert multipart.open_form(sent.body, sent.header("content-type")) == {
        "model": "sound",
        "file": multipart.File(data=SOUND[1], filename="a.wav", content_type="audio/wav"),
        "timestamp_granularities": ["word"],
    }


async def test_subtitles_come_as_text(heard):
    heard.script(Answer(raw=(b"WEBVTT\n",), content_type="text/plain"))
    async with sdk_of(heard) as sdk:
        assert await sdk.audio.translations.create(model="a/sound", file=SOUND, response_format="vtt") == "WEBVTT\n"
