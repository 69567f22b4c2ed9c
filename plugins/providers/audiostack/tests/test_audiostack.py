"""AudioStack's speech: a script, a job that is asked for, a file; what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_audiostack.speech import AudioStackSpeech
from crossroads_openai_speech import OpenAISpeech

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import QuickClock, dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(AudioStackSpeech)

SPEAKS, OPENAI = AudioStackSpeech(), OpenAISpeech()
URL = "https://v2.api.audio/speech/tts"
SCRIPT = {"data": {"scriptId": "s/1", "scriptText": "Hi"}, "meta": {"creditsUsed": 0}}


def asked(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "isaac", **fields}).encode()
    return OPENAI.decode_request(OPENAI.open(body))


def drafted(**fields):
    return SPEAKS.encode_request(asked(**fields), url=URL, upstream="tts", stream=False)


def stepped(told, **fields):
    return SPEAKS.step(json.dumps(told).encode(), asked(**fields), url=URL, upstream="tts")


def speech(*sections):
    return {"data": {"speechId": "p/1", **({"sections": list(sections)} if sections else {})}}


def test_the_text_goes_out_first_and_who_speaks_it_next():
    draft = drafted(speed=1.5)
    assert (draft.url, draft.document) == ("https://v2.api.audio/content/script", {"scriptText": "Hi"})
    step = stepped(SCRIPT, speed=1.5, useCache=False)
    assert step.url == URL
    assert json.loads(step.body) == {"scriptId": "s/1", "voice": "isaac", "speed": 1.5, "useCache": False}


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "mp3"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told():
    assert [lost.field for lost in drafted(instructions="whisper", speed=1.5).lost] == ["instructions"]


def test_a_job_is_asked_for_until_it_has_a_file():
    waiting = stepped(speech())
    assert (waiting.url, waiting.body) == (f"{URL}/p%2F1", None)
    assert waiting.after_s > 0
    done = stepped(speech({"sectionName": "default", "url": "https://v2.api.audio/url/x"}))
    assert (done.url, done.bare) == ("https://v2.api.audio/url/x", False)
    assert SPEAKS.step(b"RIFF\0", asked(), url=URL, upstream="tts") is None


@pytest.mark.parametrize(
    ("sections", "why"),
    [
        ([{"url": "a"}, {"url": "b"}], "several sections"),
        ([{"statusCode": "500", "message": "no such voice"}], "no such voice"),
        ([{"url": ""}], "no reason given"),
    ],
)
def test_a_job_without_one_file_says_why(sections, why):
    with pytest.raises(UpstreamRefused, match=why):
        stepped(speech(*sections))


@pytest.mark.parametrize(
    "told", [{}, {"data": 5}, {"data": {"scriptId": 5}}, {"data": {"speechId": "p", "sections": 5}}]
)
def test_what_is_no_job_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        stepped(told)


async def test_a_client_of_openai_is_heard_and_pays_by_the_character():
    row = {"model": "a/m", "upstream": "tts", "operations": ["speech"], "price_usd": {"character": "0.00001"}}
    body = json.dumps({"model": "a/m", "input": "Grüß", "voice": "isaac", "response_format": "wav"}).encode()
    async with ScriptedProvider() as upstream:
        file = {"sectionName": "default", "url": f"{upstream.base_url}/url/x"}
        told = (SCRIPT, speech(), speech(file))
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in told))
        upstream.script(Answer(raw=(b"RIFF\0",), content_type="audio/wav"))
        got = await served("audiostack", upstream, "openai-speech", body, endpoints=[row], clock=QuickClock())
        sent = upstream.requests
    assert (got.body, got.headers[b"content-type"]) == (b"RIFF\0", b"audio/wav")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    paths = ["/v1/content/script", "/v1/speech/tts", "/v1/speech/tts/p%2F1", "/v1/url/x"]
    assert [one.path for one in sent] == paths
    assert sent[1].json == {"scriptId": "s/1", "voice": "isaac"}
    assert {one.header("x-api-key") for one in sent} == {"none"}
