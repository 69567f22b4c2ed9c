"""Sarvam AI's sound: what goes out, what comes back, what is counted, in the language spoken and in English."""

import json

import pytest
from crossroads_openai_speech import OpenAISpeech
from crossroads_sarvam.speech import SarvamSpeech
from crossroads_sarvam.transcription import SarvamTranscription, SarvamTranslation, code_of

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(SarvamSpeech)
TestTranscription = dialect_conformance(SarvamTranscription, "vectors/transcription")
TestTranslation = dialect_conformance(SarvamTranslation, "vectors/transcription")

SPEAKS, HEARS, OPENAI = SarvamSpeech(), SarvamTranscription(), OpenAISpeech()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
OWN = {
    "text": "Hi",
    "speaker": "ritu",
    "model": "m",
    "output_audio_codec": "wav",
    "language_code": "hi-IN",
    "pace": 1.5,
}
HEARD = {
    "request_id": "r", "transcript": "Hi there.", "language_code": "en-IN",
    "timestamps": {"words": ["Hi", "there."], "start_time_seconds": [0, 0.5], "end_time_seconds": [0.4, 1.2]},
}  # fmt: skip
ENGLISH = {"request_id": "r", "transcript": "My number is 9840950950.", "language_code": "hi-IN"}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "v", **fields}).encode()
    return SPEAKS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


def row(operation, **price):
    return {"model": "a/m", "upstream": "saaras:v4", "operations": [operation], "price_usd": price}


def test_its_own_body_is_read_and_written_the_same():
    opened = SPEAKS.open(json.dumps(OWN).encode())
    assert SPEAKS.splice_request(opened, url="u", upstream="m").document == OWN


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "pcm"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told():
    assert [lost.field for lost in drafted(instructions="whisper").lost] == ["instructions"]


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
        body = json.dumps({"model": "a/m", "input": "Grüß", "voice": "ritu", "speed": 1.2}).encode()
        offered = [row("speech", character="0.00001")]
        got = await served("sarvam", upstream, "openai-speech", body, endpoints=offered)
        sent = upstream.requests[0]
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    assert (sent.path, sent.header("api-subscription-key")) == ("/v1/text-to-speech/stream", "none")
    assert sent.json == {
        "text": "Grüß", "speaker": "ritu", "model": "saaras:v4", "output_audio_codec": "mp3", "pace": 1.2,
        "language_code": "en-IN",
    }  # fmt: skip


def test_a_transcript_has_its_phrases_and_what_they_last():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document == {
        "text": "Hi there.", "language": "en-IN",
        "segments": [
            {"id": 0, "text": "Hi", "start": 0, "end": 0.4}, {"id": 1, "text": "there.", "start": 0.5, "end": 1.2},
        ],
    }  # fmt: skip
    assert (reply.usage, reply.upstream_id) == (Usage(seconds=2, quality="estimated"), "r")


@pytest.mark.parametrize("times", [7, {"words": ["a"]}, {**HEARD["timestamps"], "words": ["a"]}])
def test_times_that_do_not_belong_together_are_a_bad_upstream(times):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(json.dumps({**HEARD, "timestamps": times}).encode())


@pytest.mark.parametrize(
    ("stated", "sent"), [("hi", "hi-IN"), ("or", "od-IN"), ("en-IN", "en-IN"), ("unknown", "unknown")]
)
def test_a_language_is_sent_by_its_code_there(stated, sent):
    assert code_of(stated) == sent


async def test_a_sound_is_heard_in_its_language():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(HEARD).encode(),)))
        form = multipart.encode_form({"model": "a/m", "file": SOUND, "language": "hi", "response_format": "srt"})
        offered = [row("transcription", second="0.0001")]
        got = await served("sarvam", upstream, "openai-transcription", *form, endpoints=offered)
        sent = upstream.requests[0]
    assert got.body.decode().splitlines()[:3] == ["1", "00:00:00,000 --> 00:00:00,400", "Hi"]
    assert (sent.path, sent.header("api-subscription-key")) == ("/v1/speech-to-text", "none")
    assert multipart.open_form(sent.body, sent.header("content-type")) == {
        "file": SOUND, "model": "saaras:v4", "language_code": "hi-IN", "with_timestamps": "true",
    }  # fmt: skip
    assert got.cost_nano == 200_000


async def test_a_translation_is_the_same_call_in_another_mode():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(ENGLISH).encode(),)))
        form = multipart.encode_form({"model": "a/m", "file": SOUND})
        got = await served("sarvam", upstream, "openai-translation", *form, endpoints=[row("translation", second="1")])
        sent = upstream.requests[0]
    assert json.loads(got.body)["text"] == "My number is 9840950950."
    assert multipart.open_form(sent.body, sent.header("content-type"))["mode"] == "translate"
