"""Speech of a vendor as a table of words: what its sound is told to be, and sound that comes as base64 in JSON."""

import base64
import json

import pytest
from crossroads_openai_speech.stream import SPEECH_PIECE
from crossroads_openai_speech.worded import EncodedSpeech, kind_of

from crossroads.errors import BadUpstream, StreamCut
from crossroads.testing import laws


class Northwind(EncodedSpeech):
    name = "northwind-speech"
    upstream_path = "/speak"
    places = {"input": "text", "voice": "speaker.id"}
    formats = {"mp3": "MP3"}
    sound = "audio"


TOLD = json.dumps({"audio": base64.b64encode(b"ID3\0").decode()}).encode()


@pytest.mark.parametrize(
    ("sound", "kind"),
    [
        (b"ID3\4", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"RIFF", "audio/wav"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"\0\0", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_sound_is_known_by_how_it_begins(sound, kind):
    assert kind_of(sound) == kind


def test_sound_in_json_is_the_same_on_both_ways():
    reply = Northwind().decode_response(TOLD)
    assert (reply.body, reply.content_type) == (b"ID3\0", "audio/mpeg")
    laws.both_paths_reply_the_same(Northwind(), TOLD)


def test_a_stream_of_it_is_one_piece_and_a_cut_one_none():
    decoder = Northwind().decode_stream()
    decoder.feed(TOLD[:5])
    decoder.feed(TOLD[5:])
    assert decoder.close(framed=True) == [{"type": SPEECH_PIECE, "audio": base64.b64encode(b"ID3\0").decode()}]
    cut = Northwind().decode_stream()
    cut.feed(TOLD[:5])
    with pytest.raises(StreamCut):
        cut.close(framed=False)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"audio": 5}', b'{"audio": "*"}', b'{"audio": ""}'])
def test_what_has_no_sound_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        Northwind().decode_response(body)
