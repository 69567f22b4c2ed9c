"""Gradium's formats, and the package at work: what goes out, what comes back, what is counted."""

import json

import pytest
from crossroads_gradium.speech import GradiumSpeech
from crossroads_gradium.transcription import GradiumTranscription
from crossroads_openai_speech import OpenAITranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws, speech_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestSpeech = speech_conformance(
    GradiumSpeech,
    "gradium",
    own={
        "text": "Hi",
        "voice_id": "YTpq7expH9539ERJ",
        "model_name": "m",
        "output_format": "pcm_24000",
        "only_audio": True,
        "json_config": "{}",
    },
    path="/v1/post/speech/tts",
    sent={
        "text": "Grüß",
        "voice_id": "v",
        "model_name": "m",
        "output_format": "wav",
        "only_audio": True,
    },
    upstream="m",
    headers={"x-api-key": "none"},
    refused=({"voice": ""}, {"input": ""}, {"response_format": "mp3"}),
    answer=Answer(raw=(b"RIFF\0",), content_type="audio/wav"),
    heard=(b"RIFF\0", b"audio/wav"),
)
TestTranscription = dialect_conformance(GradiumTranscription)

HEARS, ASKS = GradiumTranscription(), OpenAITranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/x-wav")
LINES = (
    {"type": "text", "text": "Hello world", "start_s": 0.5, "stream_id": 0},
    {"type": "end_text", "stop_s": 1.25, "stream_id": 0},
    {"type": "text", "text": "and you", "start_s": 1.5, "stream_id": 0},
)


def asked(sound=SOUND, **fields):
    body, kind = multipart.encode_form({"model": "a/m", "file": sound, **fields})
    request = ASKS.decode_request(ASKS.open(body, {"content_type": kind}))
    return HEARS.encode_request(request, url="u", upstream="m", stream=False)


def lines(*rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_a_sound_goes_out_bare_and_as_what_it_is():
    draft = asked(language="en", input_format="wav")
    assert draft.url == "u?input_format=wav&model=m&json_config=%7B%22language%22%3A%22en%22%7D"
    assert (draft.body, dict(draft.headers)[b"content-type"]) == (SOUND.data, b"audio/wav")
    samples = File(data=b"\0\1", filename="a", content_type="audio/pcm")
    assert dict(asked(samples).headers)[b"content-type"] == b"audio/pcm"


def test_a_sound_that_it_does_not_hear_is_refused():
    with pytest.raises(Unsupported):
        asked(File(data=b"ID3\4", filename="a.mp3", content_type="audio/mpeg"))


def test_texts_are_joined_and_have_their_times_where_both_are_told():
    reply = HEARS.decode_response(lines(*LINES, {"type": "step", "step_idx": 5}))
    assert reply.document == {
        "text": "Hello world and you",
        "segments": [{"id": 0, "text": "Hello world", "start": 0.5, "end": 1.25}],
    }
    assert reply.usage == Usage(seconds=2, quality="estimated")
    laws.both_paths_reply_the_same(HEARS, lines(*LINES[:2]))


def test_an_end_belongs_to_the_last_text_of_its_stream():
    rows = [{**LINES[0], "stream_id": 1}, LINES[2], {"type": "end_text", "stop_s": 9.0, "stream_id": 1}]
    assert HEARS.decode_response(lines(*rows)).document["segments"][0]["text"] == "Hello world"


def test_a_failure_among_the_lines_is_told_and_nonsense_is_a_bad_upstream():
    with pytest.raises(UpstreamRefused, match="worker died"):
        HEARS.decode_response(lines(LINES[0], {"type": "error", "message": "worker died"}))
    for body in (b"error", b"[]", b'{"type": "text"}', b'{"type": "text", "text": 5}'):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(body)


async def test_a_client_of_openai_gets_subtitles_and_pays_by_the_second():
    row = {"model": "a/m", "upstream": "m", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    form = multipart.encode_form({"model": "a/m", "file": SOUND, "response_format": "vtt"})
    told = [Answer(raw=(lines(*LINES[:2]),), content_type="application/x-ndjson")]
    got, [sent] = await answered("gradium", told, "openai-transcription", *form, endpoints=[row])
    assert got.body.decode() == "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\nHello world\n"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=2, quality="estimated"), 200_000)
    assert (sent.path, sent.body, sent.header("content-type")) == (
        "/v1/post/speech/asr?model=m", SOUND.data, "audio/wav",
    )  # fmt: skip
