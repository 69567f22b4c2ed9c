"""Inworld's transcripts: what goes out, what comes back, what is counted."""

import base64
import json

import pytest
from crossroads_inworld.transcription import InworldTranscription

from crossroads import multipart
from crossroads.errors import BadUpstream
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestTranscription = dialect_conformance(InworldTranscription, "vectors/transcription")

HEARS = InworldTranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
WORDS = [{"word": "Hi", "startTimeMs": 100, "endTimeMs": "400"}, {"word": "there."}]
HEARD = {
    "transcription": {"transcript": "Hi there.", "isFinal": True, "wordTimestamps": WORDS},
    "usage": {"transcribedAudioMs": 1200, "modelId": "inworld/inworld-stt-1"},
}  # fmt: skip


def test_a_transcript_has_its_words_in_seconds_and_what_is_paid():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document == {
        "text": "Hi there.", "duration": 1.2, "words": [{"word": "Hi", "start": 0.1, "end": 0.4}],
    }  # fmt: skip
    assert reply.usage == Usage(seconds=2)


def test_a_reply_that_tells_no_usage_tells_none():
    reply = HEARS.decode_response(json.dumps({**HEARD, "usage": None}).encode())
    assert reply.usage is None


@pytest.mark.parametrize("heard", [None, {}, {"transcript": 5}, {"transcript": "a", "wordTimestamps": 5}])
def test_nonsense_is_a_bad_upstream(heard):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(json.dumps({"transcription": heard}).encode())


def test_its_own_body_is_read_and_written_the_same():
    config = {"modelId": "m", "audioEncoding": "MP3", "language": "de", "includeWordTimestamps": False}
    body = {"transcribeConfig": config, "audioData": {"content": "aGk="}}
    draft = HEARS.splice_request(HEARS.open(json.dumps(body).encode()), url="u", upstream="m")
    assert draft.document == body


async def test_a_sound_is_heard_with_the_key_as_its_documents_show_it():
    form = multipart.encode_form({"model": "a/m", "file": SOUND, "language": "en", "prompt": "names"})
    row = {"model": "a/m", "upstream": "inworld/inworld-stt-1", "operations": ["transcription"]}
    row["price_usd"] = {"second": "0.0001"}
    got, [sent] = await answered("inworld", [HEARD], "openai-transcription", *form, endpoints=[row])
    assert json.loads(got.body)["text"] == "Hi there."
    assert (sent.path, sent.header("authorization")) == ("/v1/stt/v1/transcribe", "Basic none")
    assert sent.json == {
        "transcribeConfig": {
            "modelId": "inworld/inworld-stt-1", "language": "en", "audioEncoding": "AUTO_DETECT",
            "includeWordTimestamps": True,
        },
        "audioData": {"content": base64.b64encode(SOUND.data).decode()},
    }  # fmt: skip
    assert got.cost_nano == 200_000
