"""Transcripts of a vendor as a table of words: what the form holds, what is read of the reply, what is counted."""

import json

import pytest
from crossroads_openai_speech import OpenAITranscription
from crossroads_openai_speech.formed import FormedTranscription

from crossroads import multipart
from crossroads.errors import BadUpstream
from crossroads.multipart import File
from crossroads.testing import laws
from crossroads.types.usage import Usage

SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
ROWS = [{"text": "Hi", "start": 0.1, "end": 0.4}, {"text": "there", "start": 0.5, "end": 1.2}]
OPENAI = OpenAITranscription()


class Northwind(FormedTranscription):
    name = "northwind-transcription"
    upstream_path = "/hear"
    places = {"model": "engine", "language": "locale"}
    file_field = "audio"


HEARS = Northwind()


def drafted(**fields):
    body, kind = multipart.encode_form({"model": "a/m", "file": SOUND, **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return HEARS.encode_request(request, url="u", upstream="m", stream=False)


def test_the_form_has_the_words_of_the_vendor_and_what_is_lost_is_told():
    draft = drafted(language="de", prompt="x", temperature="0.2", diarize="true")
    assert draft.form
    assert draft.document == {"audio": SOUND, "engine": "m", "locale": "de", "diarize": True}
    assert [lost.field for lost in draft.lost] == ["prompt", "temperature"]


def test_its_own_form_is_read_and_written_the_same():
    own = {"engine": "m", "locale": "de", "audio": SOUND, "diarize": True}
    body, kind = multipart.encode_form(own | {"diarize": "true"})
    opened = HEARS.open(body, {"content_type": kind})
    assert HEARS.splice_request(opened, url="u", upstream="m").document == own


def test_a_text_with_rows_is_counted_by_the_end_of_the_last_one():
    body = json.dumps({"text": "Hi there", "segments": ROWS, "language": "en"}).encode()
    reply = HEARS.decode_response(body)
    assert reply.document["segments"] == [{"id": 0, **ROWS[0]}, {"id": 1, **ROWS[1]}]
    assert (reply.document["language"], reply.usage) == ("en", Usage(seconds=2, quality="estimated"))
    assert json.loads(HEARS.encode_response(reply, laws.STAMP)) == json.loads(body)


def test_a_text_alone_tells_no_length():
    assert HEARS.decode_response(b'{"text": "Hi"}').usage is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"text": 5}', b'{"text": "Hi", "segments": [1]}'])
def test_what_is_no_transcript_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(body)
