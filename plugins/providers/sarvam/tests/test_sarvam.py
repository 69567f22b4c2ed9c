"""Sarvam AI's sound: what goes out, what comes back, what is counted, in the language spoken and in English."""

import json

import pytest
from crossroads_sarvam.speech import SarvamSpeech
from crossroads_sarvam.transcription import SarvamTranscription, SarvamTranslation, code_of

from crossroads import multipart
from crossroads.errors import BadUpstream
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, speech_conformance
from crossroads.testing.served import answered
from crossroads.testing.spoken import spoken
from crossroads.types.usage import Usage

TestSpeech = speech_conformance(
    SarvamSpeech,
    "sarvam",
    own={
        "text": "Hi",
        "speaker": "ritu",
        "model": "m",
        "output_audio_codec": "wav",
        "language_code": "hi-IN",
        "pace": 1.5,
    },
    path="/v1/text-to-speech/stream",
    sent={
        "text": "Grüß", "speaker": "ritu", "model": "saaras:v4", "output_audio_codec": "mp3", "language_code": "en-IN",
    },
    upstream="saaras:v4",
    voice="ritu",
    headers={"api-subscription-key": "none"},
    lost=("instructions",),
    refused=({"voice": ""}, {"input": ""}, {"response_format": "pcm"}),
)  # fmt: skip
TestTranscription = dialect_conformance(SarvamTranscription, "vectors/transcription")
TestTranslation = dialect_conformance(SarvamTranslation, "vectors/transcription")

HEARS = SarvamTranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
HEARD = {
    "request_id": "r", "transcript": "Hi there.", "language_code": "en-IN",
    "timestamps": {"words": ["Hi", "there."], "start_time_seconds": [0, 0.5], "end_time_seconds": [0.4, 1.2]},
}  # fmt: skip
ENGLISH = {"request_id": "r", "transcript": "My number is 9840950950.", "language_code": "hi-IN"}


def row(operation, **price):
    return {"model": "a/m", "upstream": "saaras:v4", "operations": [operation], "price_usd": price}


def test_a_pace_has_a_word_of_its_own():
    assert spoken(SarvamSpeech(), speed=1.2).document["pace"] == 1.2


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
    form = multipart.encode_form({"model": "a/m", "file": SOUND, "language": "hi", "response_format": "srt"})
    offered = [row("transcription", second="0.0001")]
    got, [sent] = await answered("sarvam", [HEARD], "openai-transcription", *form, endpoints=offered)
    assert got.body.decode().splitlines()[:3] == ["1", "00:00:00,000 --> 00:00:00,400", "Hi"]
    assert (sent.path, sent.header("api-subscription-key")) == ("/v1/speech-to-text", "none")
    assert multipart.open_form(sent.body, sent.header("content-type")) == {
        "file": SOUND, "model": "saaras:v4", "language_code": "hi-IN", "with_timestamps": "true",
    }  # fmt: skip
    assert got.cost_nano == 200_000


async def test_a_translation_is_the_same_call_in_another_mode():
    form = multipart.encode_form({"model": "a/m", "file": SOUND})
    told = [ENGLISH]
    got, [sent] = await answered(
        "sarvam", told, "openai-translation", *form, endpoints=[row("translation", second="1")]
    )
    assert json.loads(got.body)["text"] == "My number is 9840950950."
    assert multipart.open_form(sent.body, sent.header("content-type"))["mode"] == "translate"
