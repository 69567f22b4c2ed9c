"""CLOVA Voice and CLOVA Speech Recognition: what goes out, what comes back; and which key goes where."""

import json

import pytest
from crossroads_naver_clova import NaverClova
from crossroads_naver_clova.speech import ClovaSpeech
from crossroads_naver_clova.transcription import ClovaTranscription
from crossroads_openai_speech import OpenAISpeech, OpenAITranscription

from crossroads import multipart
from crossroads.config import Secret
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage
from crossroads.wire import HttpRequest

TestSpeech = dialect_conformance(ClovaSpeech)
TestTranscription = dialect_conformance(ClovaTranscription, "vectors/transcription")

SPEAKS, HEARS, OPENAI, ASKS = ClovaSpeech(), ClovaTranscription(), OpenAISpeech(), OpenAITranscription()
SOUND = File(data=b"ID3\4\xff", filename="a.mp3", content_type="audio/mpeg")


class Kept:
    """A transport that keeps what it is given."""

    async def send(self, request):
        self.sent = request


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "nara", **fields}).encode()
    return SPEAKS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


def asked(**fields):
    body, kind = multipart.encode_form({"model": "a/m", "file": SOUND, **fields})
    request = ASKS.decode_request(ASKS.open(body, {"content_type": kind}))
    return HEARS.encode_request(request, url="u", upstream="m", stream=False)


async def headers_with(key):
    kept = Kept()
    transport = await NaverClova().provider_open(kept, Secret(key))
    await transport.send(HttpRequest(method="POST", url="u"))
    return dict(kept.sent.headers)


async def test_a_key_of_studio_is_a_bearer_token_and_that_of_an_application_stands_in_two_headers():
    assert await headers_with("nv-x") == {b"authorization": b"Bearer nv-x"}
    assert await headers_with("id:secret") == {b"x-ncp-apigw-api-key-id": b"id", b"x-ncp-apigw-api-key": b"secret"}
    assert await NaverClova().provider_open(Kept(), None) is None


def test_a_text_goes_out_as_the_fields_of_a_form():
    draft = drafted(input="안녕 & more", emotion=2)
    assert draft.body == b"emotion=2&text=%EC%95%88%EB%85%95+%26+more&format=mp3&speaker=nara"
    assert dict(draft.headers)[b"content-type"] == b"application/x-www-form-urlencoded"


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "pcm"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told():
    assert [lost.field for lost in drafted(instructions="whisper", speed=1.5).lost] == ["instructions", "speed"]


@pytest.mark.parametrize(("stated", "word"), [("ko", "Kor"), ("en-US", "Eng"), ("Jpn", "Jpn")])
def test_a_sound_is_the_body_and_its_language_stands_in_the_address(stated, word):
    draft = asked(language=stated)
    assert (draft.url, draft.body, draft.form) == (f"u?lang={word}", SOUND.data, False)
    assert dict(draft.headers)[b"content-type"] == b"application/octet-stream"


@pytest.mark.parametrize("fields", [{}, {"language": "de"}])
def test_a_sound_in_no_language_of_its_is_refused(fields):
    with pytest.raises(Unsupported):
        asked(**fields)


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
        row = {
            "model": "a/m",
            "upstream": "tts-premium",
            "operations": ["speech"],
            "price_usd": {"character": "0.00001"},
        }
        body = json.dumps({"model": "a/m", "input": "안녕", "voice": "nara"}).encode()
        got = await served("naver-clova", upstream, "openai-speech", body, endpoints=[row])
        sent = upstream.requests[0]
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=2), 20_000)
    assert (sent.path, sent.header("content-type")) == ("/tts-premium/v1/tts", "application/x-www-form-urlencoded")


async def test_a_transcript_comes_back():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=('{"text": "안녕하세요"}'.encode(),)))
        form = {"model": "naver/clova-csr", "file": SOUND, "language": "ko", "response_format": "text"}
        got = await served("naver-clova", upstream, "openai-transcription", *multipart.encode_form(form))
        sent = upstream.requests[0]
    assert got.body.decode() == "안녕하세요\n"
    assert (sent.path, sent.body) == ("/recog/v1/stt?lang=Kor", SOUND.data)
