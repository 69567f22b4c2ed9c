"""Reverie's formats, and the package at work: what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_openai_speech import OpenAITranscription
from crossroads_reverie import Reverie, ReverieSettings
from crossroads_reverie.speech import ReverieSpeech
from crossroads_reverie.transcription import ReverieTranscription

from crossroads import multipart
from crossroads.errors import Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.testing.spoken import spoken
from crossroads.types.usage import Usage
from crossroads.wire import HttpRequest

TestSpeech = dialect_conformance(ReverieSpeech)
TestTranscription = dialect_conformance(ReverieTranscription, "vectors/transcription")

SPEAKS, HEARS, ASKS = ReverieSpeech(), ReverieTranscription(), OpenAITranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")


def asked(**fields):
    body, kind = multipart.encode_form({"model": "a/m", "file": SOUND, **fields})
    request = ASKS.decode_request(ASKS.open(body, {"content_type": kind}))
    return HEARS.encode_request(request, url="u", upstream="stt_file", stream=False)


@pytest.mark.parametrize("fields", [{"voice": ""}, {"voice": "é"}, {"input": ""}, {"response_format": "flac"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        spoken(SPEAKS, **fields)


def test_what_it_has_no_word_for_is_told():
    draft = spoken(SPEAKS, instructions="whisper", speed=1.5, pitch=2)
    assert [lost.field for lost in draft.lost] == ["instructions"]
    assert draft.document == {"text": "Hi", "format": "WAV", "speed": 1.5, "pitch": 2}


def test_the_application_stands_on_each_request_where_one_is_set():
    request = HttpRequest(method="POST", url="u")
    named = Reverie(ReverieSettings(app_id="com.example")).provider_prepare(None, request)
    assert named.header(b"rev-app-id") == b"com.example"
    assert Reverie(ReverieSettings()).provider_prepare(None, request) is None


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    row = {"model": "a/m", "upstream": "tts", "operations": ["speech"], "price_usd": {"character": "0.00001"}}
    body = json.dumps({"model": "a/m", "input": "Grüß", "voice": "hi_female"}).encode()
    told = [Answer(raw=(b"RIFF\0",), content_type="audio/wav")]
    got, [sent] = await answered("reverie", told, "openai-speech", body, endpoints=[row])
    assert (got.body, got.headers[b"content-type"]) == (b"RIFF\0", b"audio/wav")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    assert sent.path.endswith("/")
    assert (sent.header("rev-api-key"), sent.header("rev-appname")) == ("none", "tts")
    assert sent.header("speaker") == "hi_female"
    assert sent.json == {"text": "Grüß", "format": "WAV"}


def test_what_is_said_of_a_sound_stands_in_headers():
    draft = asked(language="hi", punctuate="true", domain="bfsi")
    assert draft.document == {"audio_file": SOUND}
    said = {"rev-appname": "stt_file", "src_lang": "hi", "domain": "bfsi", "punctuate": "true"}
    assert dict(draft.headers[1:]) == {name.encode(): value.encode() for name, value in said.items()}
    assert draft.lost == []


@pytest.mark.parametrize("fields", [{}, {"language": "hi\r\nx: y"}, {"language": "हिन्दी"}])
def test_a_sound_without_a_language_that_can_be_named_is_refused(fields):
    with pytest.raises(Unsupported):
        asked(**fields)


def test_what_was_not_heard_says_why():
    with pytest.raises(UpstreamRefused, match="no speech"):
        HEARS.decode_response(b'{"success": false, "cause": "no speech", "text": ""}')


async def test_a_sound_goes_out_as_a_form_and_its_text_comes_back():
    row = {"model": "a/m", "upstream": "stt_file", "operations": ["transcription"]}
    form = multipart.encode_form({"model": "a/m", "file": SOUND, "language": "hi", "response_format": "text"})
    told = [Answer(raw=(b'{"id": "4f1c", "success": true, "text": "namaste"}',))]
    got, [sent] = await answered("reverie", told, "openai-transcription", *form, endpoints=[row])
    assert (got.body, got.call.attempt.upstream_id) == (b"namaste\n", "4f1c")
    assert (sent.header("rev-appname"), sent.header("src_lang"), sent.header("domain")) == ("stt_file", "hi", "generic")
    assert multipart.open_form(sent.body, sent.header("content-type")) == {"audio_file": SOUND}
