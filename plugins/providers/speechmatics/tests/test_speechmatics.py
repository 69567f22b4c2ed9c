"""Speechmatics' formats, and the package at work: what goes out, how a job is asked for, what is billed."""

import json

import pytest
from crossroads_openai_speech import OpenAISpeech
from crossroads_speechmatics.speech import SpeechmaticsSpeech
from crossroads_speechmatics.transcription import SpeechmaticsTranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(SpeechmaticsSpeech)
TestTranscription = dialect_conformance(SpeechmaticsTranscription)

SPEAKS, HEARS, OPENAI = SpeechmaticsSpeech(), SpeechmaticsTranscription(), OpenAISpeech()


def spoken(kind, content, start, end, **more):
    read = {"content": content, "confidence": 0.9, "language": "en", **more}
    return {"type": kind, "start_time": start, "end_time": end, "alternatives": [read]}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "v", **fields}).encode()
    return SPEAKS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "flac8"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told():
    assert [lost.field for lost in drafted(instructions="whisper", speed=1.5).lost] == ["instructions", "speed"]


def test_voice_and_format_stand_in_the_address():
    draft = drafted()
    assert draft.url == "u/v?output_format=wav_16000"
    assert draft.document == {"text": "Hi"}


JOB = {"id": "yjbmf9kqub", "created_at": "2026-11-25", "data_name": "a.wav", "duration": 2.4}
HEARD = {
    "format": "2.9",
    "job": JOB,
    "metadata": {"type": "transcription"},
    "results": [
        spoken("word", "Hi", 0.1, 0.4, speaker="S1"),
        spoken("word", "there", 0.5, 1.2, speaker="UU"),
        spoken("punctuation", ".", 1.2, 1.2, speaker="UU"),
    ],
}


def test_a_transcript_has_its_words_its_marks_and_its_seconds():
    body = json.dumps(HEARD).encode()
    reply = HEARS.decode_response(body)
    assert reply.document["text"] == "Hi there."
    assert [(word["word"], word.get("speaker")) for word in reply.document["words"]] == [("Hi", "S1"), ("there", None)]
    assert (reply.document["language"], reply.usage) == ("en", Usage(seconds=3))
    japanese = {**HEARD, "metadata": {"language_pack_info": {"word_delimiter": ""}}}
    assert HEARS.decode_response(json.dumps(japanese).encode()).document["text"] == "Hithere."


def test_a_job_that_was_rejected_says_why():
    told = {"job": {"id": "j", "status": "rejected", "errors": [{"message": "No audio."}]}}
    with pytest.raises(UpstreamRefused) as caught:
        HEARS.decode_response(json.dumps(told).encode())
    assert "No audio." in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"results": [1]}', b'{"job": {"status": "done"}}'])
def test_what_is_no_transcript_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(body)


async def test_a_client_of_openai_is_heard_and_pays_by_the_second():
    told = ({"id": JOB["id"]}, {"job": {**JOB, "status": "running"}}, {"job": {**JOB, "status": "done"}}, HEARD)
    sound = File(data=b"RIFF", filename="a.wav", content_type="audio/wav")
    row = {"model": "a/m", "upstream": "enhanced", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    form = multipart.encode_form({"model": "a/m", "file": sound, "response_format": "vtt", "diarization": "speaker"})
    got, sent = await answered("speechmatics", told, "openai-transcription", *form, endpoints=[row])
    assert got.body.decode().startswith("WEBVTT")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=3), 300_000)
    job = "/v1/jobs/yjbmf9kqub"
    assert [one.path for one in sent] == ["/v1/jobs", job, job, f"{job}/transcript"]
    fields = multipart.open_form(sent[0].body, sent[0].header("content-type"))
    assert fields["data_file"] == sound
    about = {"diarization": "speaker", "model": "enhanced", "language": "en"}
    assert json.loads(fields["config"]) == {"type": "transcription", "transcription_config": about}
