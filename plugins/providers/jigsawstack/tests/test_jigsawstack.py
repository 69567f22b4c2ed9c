"""JigsawStack's transcripts: what goes out, what comes back, what is counted, in the language spoken and in English."""

import json

import pytest
from crossroads_jigsawstack.transcription import JigsawStackTranscription, JigsawStackTranslation

from crossroads import multipart
from crossroads.errors import BadUpstream
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestTranscription = dialect_conformance(JigsawStackTranscription, "vectors/transcription")
TestTranslation = dialect_conformance(JigsawStackTranslation, "vectors/transcription")

HEARS = JigsawStackTranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
HEARD = {"success": True, "text": " Hi there.", "chunks": [{"timestamp": [0.1, 1.2], "text": " Hi there."}]}
SPOKEN = {**HEARD, "speakers": [{"speaker": "Speaker 1", "timestamp": [0.1, 1.2], "text": "Hi there."}]}


def test_a_transcript_has_its_pieces_and_what_they_last():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document == {
        "text": "Hi there.", "segments": [{"id": 0, "text": " Hi there.", "start": 0.1, "end": 1.2}],
    }  # fmt: skip
    assert reply.usage == Usage(seconds=2, quality="estimated")


def test_who_spoke_is_told_where_it_was_asked():
    reply = HEARS.decode_response(json.dumps(SPOKEN).encode())
    assert [(row["speaker"], row["text"]) for row in reply.document["segments"]] == [("Speaker 1", "Hi there.")]


@pytest.mark.parametrize("told", [{}, {"text": 5}, {**HEARD, "chunks": [{"text": "a"}]}, {**HEARD, "chunks": 7}])
def test_nonsense_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(json.dumps(told).encode())


def test_a_sound_with_an_address_is_not_sent():
    body = {"url": "https://x/a.mp3", "language": "de", "batch_size": 40}
    draft = HEARS.splice_request(HEARS.open(json.dumps(body).encode()), url="u", upstream="m")
    assert (draft.document, draft.form) == (body, False)


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("transcription", {"language": "de", "batch_size": 40}),
        ("translation", {"translate": True, "batch_size": 40}),
    ],
)
async def test_a_sound_is_heard_in_its_language_or_in_english(operation, asked):
    form = multipart.encode_form({"model": "a/m", "file": SOUND, "language": "de", "batch_size": "40"})
    row = {"model": "a/m", "upstream": "m", "operations": [operation], "price_usd": {"second": "0.0001"}}
    got, [sent] = await answered("jigsawstack", [HEARD], f"openai-{operation}", *form, endpoints=[row])
    assert json.loads(got.body)["text"] == "Hi there."
    assert (sent.path, sent.header("x-api-key")) == ("/v1/v1/ai/transcribe", "none")
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert (fields["file"], json.loads(fields["body"])) == (SOUND, asked)
    assert got.cost_nano == 200_000
