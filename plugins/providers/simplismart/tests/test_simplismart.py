"""Simplismart's sound: what goes out, what comes back, what is counted, in the language spoken and in English."""

import base64
import json

import pytest
from crossroads_openai_speech import OpenAISpeech
from crossroads_simplismart.speech import SimplismartSpeech
from crossroads_simplismart.transcription import SimplismartTranscription, SimplismartTranslation

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(SimplismartSpeech)
TestTranscription = dialect_conformance(SimplismartTranscription, "vectors/transcription")
TestTranslation = dialect_conformance(SimplismartTranslation, "vectors/transcription")

SPEAKS, HEARS, OPENAI = SimplismartSpeech(), SimplismartTranscription(), OpenAISpeech()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
OWN = {"prompt": "Hi", "voice": "tara", "model": "m", "temperature": 0.7, "max_tokens": 1000}
HEARD = {
    "request_id": "r", "transcription": [" Hi", " there."], "timestamps": [[0, 0.4], [0.5, 1.2]],
    "info": {"language": "en"},
}  # fmt: skip


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "v", **fields}).encode()
    return SPEAKS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


def row(operation, upstream, **price):
    return {"model": "a/m", "upstream": upstream, "operations": [operation], "price_usd": price}


def test_its_own_body_is_read_and_written_the_same():
    opened = SPEAKS.open(json.dumps(OWN).encode())
    assert SPEAKS.splice_request(opened, url="u", upstream="m").document == OWN


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "mp3"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told():
    assert [lost.field for lost in drafted(instructions="whisper", speed=1.5).lost] == ["instructions", "speed"]


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    body = json.dumps({"model": "a/m", "input": "Grüß", "voice": "tara", "response_format": "pcm"}).encode()
    offered = [row("speech", "canopylabs/orpheus-3b-0.1-ft", character="0.00001")]
    told = [Answer(raw=(b"\0\1\2",), content_type="audio/pcm")]
    got, [sent] = await answered("simplismart", told, "openai-speech", body, endpoints=offered)
    assert (got.body, got.headers[b"content-type"]) == (b"\0\1\2", b"audio/pcm")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 40_000)
    assert (sent.path, sent.header("authorization")) == ("/v1/tts", "Bearer none")
    assert sent.json == {"prompt": "Grüß", "voice": "tara", "model": "canopylabs/orpheus-3b-0.1-ft"}


def test_a_transcript_has_its_pieces_and_what_they_last():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document == {
        "text": "Hi there.", "language": "en",
        "segments": [
            {"id": 0, "text": " Hi", "start": 0, "end": 0.4}, {"id": 1, "text": " there.", "start": 0.5, "end": 1.2},
        ],
    }  # fmt: skip
    assert (reply.usage, reply.upstream_id) == (Usage(seconds=2, quality="estimated"), "r")


@pytest.mark.parametrize("times", [None, [], [[0, 1]], [[0], [1]]])
def test_times_that_are_not_of_each_piece_are_none(times):
    reply = HEARS.decode_response(json.dumps({**HEARD, "timestamps": times}).encode())
    assert reply.document == {"text": "Hi there.", "language": "en"}


@pytest.mark.parametrize("told", [{}, {"transcription": "Hi"}, {**HEARD, "timestamps": 5}])
def test_nonsense_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("dialect", "operation", "task"),
    [("openai-transcription", "transcription", "transcribe"), ("openai-translation", "translation", "translate")],
)
async def test_a_sound_is_heard_in_its_language_or_in_english(dialect, operation, task):
    form = multipart.encode_form({"model": "a/m", "file": SOUND, "prompt": "names: Ann", "beam_size": "4"})
    offered = [row(operation, "openai/whisper-large-v3", second="0.0001")]
    got, [sent] = await answered("simplismart", [HEARD], dialect, *form, endpoints=offered)
    assert json.loads(got.body)["text"] == "Hi there."
    assert (sent.path, sent.header("authorization")) == ("/v1/predict", "Bearer none")
    assert sent.json == {
        "audio_data": base64.b64encode(SOUND.data).decode(), "model": "openai/whisper-large-v3", "task": task,
        "initial_prompt": "names: Ann", "without_timestamps": False, "beam_size": 4,
    }  # fmt: skip
    assert got.cost_nano == 200_000
