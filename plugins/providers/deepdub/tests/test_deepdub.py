"""Deepdub's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_deepdub.speech import DeepdubSpeech
from crossroads_openai_speech import OpenAISpeech

from crossroads.errors import Unsupported
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(DeepdubSpeech)

SPEAKS, OPENAI = DeepdubSpeech(), OpenAISpeech()
OWN = {"targetText": "Hi", "voicePromptId": "p", "model": "m", "format": "opus", "locale": "fr-FR", "seed": 4}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "v", **fields}).encode()
    return SPEAKS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


def test_its_own_body_is_read_and_written_the_same():
    opened = SPEAKS.open(json.dumps(OWN).encode())
    assert SPEAKS.splice_request(opened, url="u", upstream="m").document == OWN


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "wav"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told():
    assert [lost.field for lost in drafted(instructions="whisper", speed=1.5).lost] == ["instructions", "speed"]


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
        row = {
            "model": "a/m",
            "upstream": "dd-etts-3.5",
            "operations": ["speech"],
            "price_usd": {"character": "0.00001"},
        }
        body = json.dumps({"model": "a/m", "input": "Grüß", "voice": "p"}).encode()
        got = await served("deepdub", upstream, "openai-speech", body, endpoints=[row])
        sent = upstream.requests[0]
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    assert sent.path.endswith("/tts")
    assert sent.header("x-api-key") == "none"
    assert sent.json == {
        "targetText": "Grüß", "voicePromptId": "p", "model": "dd-etts-3.5", "format": "mp3", "locale": "en-US",
    }  # fmt: skip
