"""CAMB.AI: what goes out, what comes back, what is counted; a transcript is a job that is asked for."""

import json

import pytest
from crossroads_camb_ai.speech import CambAISpeech
from crossroads_camb_ai.transcription import CambAITranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, speech_conformance
from crossroads.testing.served import answered
from crossroads.testing.spoken import spoken
from crossroads.types.usage import Usage

TestSpeech = speech_conformance(
    CambAISpeech,
    "camb-ai",
    own={
        "text": "Hi", "voice_id": 147320, "language": "fr-fr", "speech_model": "m",
        "output_configuration": {"format": "adts"}, "voice_settings": {"speaking_rate": 1.1},
    },
    path="/v1/tts-stream",
    sent={
        "text": "Grüß", "voice_id": 147320, "language": "en-us", "speech_model": "mars-flash",
        "output_configuration": {"format": "mp3"},
    },
    upstream="mars-flash",
    voice="147320",
    headers={"x-api-key": "none"},
    lost=("speed",),
    refused=({"voice": ""}, {"input": ""}, {"response_format": "pcm"}),
)  # fmt: skip
TestTranscription = dialect_conformance(CambAITranscription, "vectors/transcription")

SPEAKS, HEARS = CambAISpeech(), CambAITranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
HEARD = {"transcript": [{"start": 0.1, "end": 1.2, "text": "Hi there.", "speaker": "Speaker 1"}]}


@pytest.mark.parametrize(("voice", "sent"), [("7", 7), ("alloy", "alloy"), ("9" * 30, "9" * 30)])
def test_a_voice_is_a_number_where_it_is_one(voice, sent):
    assert spoken(SPEAKS, voice=voice).document["voice_id"] == sent


def test_how_it_is_said_has_a_word_of_its_own():
    assert spoken(SPEAKS, instructions="softly").document["user_instructions"] == "softly"


def test_a_transcript_has_its_segments_and_what_they_last():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document == {"text": "Hi there.", "segments": [{"id": 0, **HEARD["transcript"][0]}]}
    assert reply.usage == Usage(seconds=2, quality="estimated")


def test_a_task_that_failed_is_refused_and_nonsense_is_a_bad_upstream():
    with pytest.raises(UpstreamRefused, match="SOURCE_TOO_LARGE"):
        HEARS.decode_response(b'{"status": "ERROR", "exception_reason": "SOURCE_TOO_LARGE"}')
    for body in (b"", b"{}", b'{"transcript": [5]}', b'{"transcript": [{"start": 1}]}'):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(body)


async def test_a_sound_is_submitted_asked_for_and_fetched():
    told = ({"task_id": "t/1"}, {"status": "PENDING"}, {"status": "SUCCESS", "run_id": 7}, HEARD)
    row = {"model": "a/m", "upstream": "m", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    form = multipart.encode_form({"model": "a/m", "file": SOUND, "run_audio_cleaning": "false"})
    got, sent = await answered("camb-ai", told, "openai-transcription", *form, endpoints=[row])
    assert json.loads(got.body)["text"] == "Hi there."
    job = "/v1/transcribe/t%2F1"
    assert [one.path for one in sent] == ["/v1/transcribe", job, job, "/v1/transcription-result/7"]
    fields = multipart.open_form(sent[0].body, sent[0].header("content-type"))
    assert fields == {"language": "auto", "media_file": SOUND, "run_audio_cleaning": "false"}
    assert {one.header("x-api-key") for one in sent} == {"none"}
    assert got.cost_nano == 200_000


async def test_a_task_that_failed_on_the_way_is_the_callers_to_see():
    told = ({"task_id": "t"}, {"status": "ERROR", "exception_reason": "SOURCE_TOO_LARGE"})
    row = {"model": "a/m", "upstream": "m", "operations": ["transcription"]}
    form = multipart.encode_form({"model": "a/m", "file": SOUND})
    got, _ = await answered("camb-ai", told, "openai-transcription", *form, endpoints=[row])
    assert got.status == 400
    assert "SOURCE_TOO_LARGE" in got.body.decode()
