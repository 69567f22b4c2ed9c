"""ElevenLabs' formats, both sides, and the package at work: what goes out, what comes back, what is billed."""

import json

import pytest
from crossroads_elevenlabs.speech import ElevenLabsSpeech
from crossroads_elevenlabs.transcription import ElevenLabsTranscription
from crossroads_openai_speech import OpenAISpeech

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(ElevenLabsSpeech)
TestTranscription = dialect_conformance(ElevenLabsTranscription, "vectors/transcription")

SPEAKS, HEARS = ElevenLabsSpeech(), ElevenLabsTranscription()
URL = "https://x/v1/text-to-speech"
SOUND = File(data=b"ID3\0\xff", filename="a.mp3", content_type="audio/mpeg")
HEARD = {
    "language_code": "eng",
    "text": "Hi there.",
    "words": [
        {"text": "Hi", "start": 0.1, "end": 0.4, "type": "word", "speaker_id": "speaker_0", "logprob": 0},
        {"text": " ", "start": 0.4, "end": 0.5, "type": "spacing", "speaker_id": "speaker_0", "logprob": 0},
        {"text": "there.", "start": 0.5, "end": 1.2, "type": "word", "speaker_id": "speaker_0", "logprob": 0},
    ],
    "audio_duration_secs": 2.5,
}


def spoken(**fields):
    opened = OpenAISpeech().open(json.dumps({"model": "m", "input": "Hi", **fields}).encode())
    request = OpenAISpeech().decode_request(opened)
    return SPEAKS.encode_request(request, url=URL, upstream="eleven_v4", stream=opened.stream)


def test_voice_format_and_speed_stand_where_elevenlabs_reads_them():
    draft = spoken(voice={"id": "a/b"}, response_format="pcm", speed=1.1, voice_settings={"stability": 0.5}, seed=7)
    assert draft.url == f"{URL}/a%2Fb?output_format=pcm_24000"
    assert draft.document == {
        "text": "Hi", "model_id": "eleven_v4", "seed": 7, "voice_settings": {"stability": 0.5, "speed": 1.1},
    }  # fmt: skip
    assert spoken(voice="v", stream_format="sse").url == f"{URL}/v/stream?output_format=mp3_44100_128"


def test_what_it_can_not_speak_is_refused_and_what_it_ignores_is_told():
    for fields in ({}, {"voice": "v", "response_format": "flac"}):
        with pytest.raises(Unsupported):
            spoken(**fields)
    assert [lost.field for lost in spoken(voice="v", instructions="whisper").lost] == ["instructions"]


def test_its_own_client_is_read_and_written_the_same():
    body = {"text": "Hi", "model_id": "eleven_v3", "voice_settings": {"speed": 0.9, "style": 1}, "language_code": "de"}
    params = {"voice": "JBF", "query": "output_format=ulaw_8000&enable_logging=false"}
    opened = SPEAKS.open(json.dumps(body).encode(), params)
    assert opened.models == ("eleven_v3",)
    assert opened.usage == Usage(characters=2)
    draft = SPEAKS.splice_request(opened, url=URL, upstream="eleven_v3")
    assert draft.document == body
    assert draft.url == f"{URL}/JBF?enable_logging=false&output_format=ulaw_8000"


def test_a_form_of_its_own_is_read_and_written_the_same():
    form = {"model_id": "scribe_v2", "file": SOUND, "language_code": "en", "diarize": "true", "temperature": "0.5"}
    body, kind = multipart.encode_form(form)
    opened = HEARS.open(body, {"content_type": kind})
    assert opened.models == ("scribe_v2",)
    draft = HEARS.splice_request(opened, url="u", upstream="scribe_v2")
    assert draft.form
    assert draft.document == {**form, "temperature": 0.5, "diarize": True}


def test_a_transcript_has_its_words_without_blanks_and_its_seconds():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert [word["word"] for word in reply.document["words"]] == ["Hi", "there."]
    assert reply.usage == Usage(seconds=3)
    laws.both_paths_reply_the_same(HEARS, json.dumps(HEARD).encode())
    old = {name: value for name, value in HEARD.items() if name != "audio_duration_secs"}
    assert HEARS.decode_response(json.dumps(old).encode()).usage == Usage(seconds=2, quality="estimated")


def test_several_channels_are_one_text():
    told = {"transcripts": [HEARD, {**HEARD, "text": "Bye."}], "audio_duration_secs": 1}
    reply = HEARS.decode_response(json.dumps(told).encode())
    assert reply.document["text"] == "Hi there.\nBye."
    assert reply.usage == Usage(seconds=1)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"transcripts":[]}', b'{"text":"a","words":[{"text":1}]}'])
def test_what_is_no_transcript_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(body)


@pytest.mark.parametrize(
    ("status", "code", "ours"),
    [
        (401, "invalid_api_key", "provider_unavailable"),
        (400, "text_too_long", "invalid_request"),
        (429, "x", "rate_limit_exceeded"),
    ],
)
def test_a_refusal_is_read_from_its_detail(status, code, ours):
    error = SPEAKS.decode_error(status, (), json.dumps({"detail": {"code": code, "message": "No."}}).encode())
    assert error.code == ours
    told = json.loads(SPEAKS.encode_error(error, None, in_stream=False))
    assert told["detail"]["code"] == ours


def test_a_validation_error_names_the_field():
    told = {"detail": [{"loc": ["body", "text"], "msg": "Field required", "type": "missing"}]}
    assert "text: Field required" in str(SPEAKS.decode_error(422, (), json.dumps(told).encode()))


async def test_a_client_of_openai_reaches_its_voices_and_pays_by_the_character():
    body = '{"model": "elevenlabs/eleven_v4", "input": "Grüß", "voice": "JBF"}'.encode()
    told = [Answer(raw=(b"ID3\0", b"\xff"), content_type="audio/mpeg")]
    got, [sent] = await answered("elevenlabs", told, "openai-speech", body)
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0\xff", b"audio/mpeg")
    assert sent.path == "/v1/text-to-speech/JBF?output_format=mp3_44100_128"
    assert sent.header("xi-api-key") == "none"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 4 * 80_000)


async def test_a_client_of_openai_is_heard_and_pays_by_the_second():
    form = multipart.encode_form({"model": "elevenlabs/scribe_v2", "file": SOUND, "response_format": "vtt"})
    got, [sent] = await answered("elevenlabs", [HEARD], "openai-transcription", *form)
    assert got.body.decode() == "WEBVTT\n\n00:00:00.100 --> 00:00:01.200\nHi there.\n"
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert fields == {"model_id": "scribe_v2", "file": SOUND}
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=3), 3 * 61_100)


async def test_its_own_client_is_served_by_another_host():
    row = {"model": "a/tts", "upstream": "tts", "operations": ["speech"], "price_usd": {"character": "0.00001"}}
    body = b'{"text": "Hi", "model_id": "a/tts", "voice_settings": {"speed": 1.5}}'
    told = [Answer(raw=(b"RIFF",), content_type="audio/wav")]
    got, sent = await answered(
        "openai-compatible", told, "elevenlabs-speech", body, params={"voice": "alloy"}, endpoints=[row]
    )
    assert got.body == b"RIFF"
    assert sent[0].json == {"model": "tts", "input": "Hi", "voice": "alloy", "speed": 1.5}
    assert got.cost_nano == 20_000


async def test_what_only_it_has_a_word_for_is_sent_to_nobody_else_and_that_is_told():
    row = {"model": "a/tts", "upstream": "tts", "operations": ["speech"]}
    body = b'{"text": "Hi", "model_id": "a/tts", "voice_settings": {"style": 1}, "previous_text": "", "seed": 7}'
    params = {"voice": "alloy"}
    told = [Answer(raw=(b"RIFF",), content_type="audio/wav")]
    got, sent = await answered("openai-compatible", told, "elevenlabs-speech", body, params=params, endpoints=[row])
    assert sent[0].json == {"model": "tts", "input": "Hi", "voice": "alloy"}
    assert got.headers[b"x-crossroads-changed"] == b"seed=dropped, voice_settings=dropped"
