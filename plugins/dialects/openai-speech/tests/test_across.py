"""OpenAI's audio in front of other formats: transcripts in every form asked for, and streams read and written."""

import base64
import json
from decimal import Decimal

import msgspec
import pytest
from crossroads_openai_speech import OpenAISpeech, OpenAITranscription
from crossroads_openai_speech.vendor import SoundDecoder, VendorSpeech, read_query, timed, told_instead, with_query
from hypothesis import assume, given
from hypothesis import strategies as st

from crossroads import multipart
from crossroads.dialect import Reply
from crossroads.errors import BadUpstream, StreamCut, UpstreamError
from crossroads.multipart import File
from crossroads.sse import EventReader
from crossroads.testing import laws
from crossroads.types.usage import Usage


class Spoken(VendorSpeech):
    """A vendor's own speech."""


SPEECH, HEARING = OpenAISpeech(), OpenAITranscription()
WORDS = [
    {"word": "Hello", "start": 0.0, "end": 0.5, "speaker": 0},
    {"word": "there.", "start": 0.6, "end": 1.0, "speaker": 0},
    {"word": "<Yes>", "start": 61.25, "end": 3661.5, "speaker": 1},
]
HEARD = {"text": "Hello there. <Yes>", "language": "en", "duration": 3662.0, "words": WORDS}


def written(form, document=HEARD, **fields):
    body, kind = multipart.encode_form({"model": "m", "file": File(data=b"x"), "response_format": form, **fields})
    stamp = msgspec.structs.replace(laws.STAMP, asked=HEARING.open(body, {"content_type": kind}))
    reply = Reply(document=document, usage=Usage(seconds=3662))
    return HEARING.encode_response(reply, stamp), reply.content_type


def test_json_has_the_text_and_its_price():
    body, kind = written("json")
    assert json.loads(body) == {
        "text": HEARD["text"],
        "usage": {"type": "duration", "seconds": 3662, "cost": 0},
    }
    assert kind == "application/json"


def test_subtitles_are_cut_at_sentences_and_speakers_and_can_not_hold_markup():
    body, kind = written("vtt")
    assert body.decode() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello there.\n\n00:01:01.250 --> 01:01:01.500\n‹Yes>\n"
    )
    assert kind.startswith("text/vtt")
    body, kind = written("srt")
    assert body.decode().startswith("1\n00:00:00,000 --> 00:00:01,000\nHello there.\n\n2\n00:01:01,250 -->")
    assert kind.startswith("text/plain")


def test_text_is_the_text_alone():
    assert written("text") == (b"Hello there. <Yes>\n", "text/plain; charset=utf-8")


def test_verbose_json_has_the_times_that_were_asked_for():
    told = json.loads(written("verbose_json")[0])
    assert (told["task"], told["language"], told["duration"]) == ("transcribe", "en", 3662.0)
    assert [one["text"] for one in told["segments"]] == ["Hello there.", "<Yes>"]
    assert "words" not in told
    told = json.loads(written("verbose_json", timestamp_granularities=["word"])[0])
    assert told["words"] == WORDS
    assert "segments" not in told
    told = json.loads(written("diarized_json")[0])
    assert [one["speaker"] for one in told["segments"]] == [0, 1]


def test_subtitles_without_times_are_refused_and_never_made_up():
    with pytest.raises(BadUpstream, match="no times"):
        written("srt", {"text": "Hi"})
    assert json.loads(written("verbose_json", {"text": "Hi"})[0])["text"] == "Hi"


def test_a_stream_is_read_and_written_the_same():
    events = [
        {"type": "transcript.text.delta", "delta": "a", "logprobs": []},
        {"type": "transcript.text.done", "text": "a", "usage": {"type": "duration", "seconds": 2}},
    ]
    data = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)
    laws.both_paths_stream_the_same(HEARING, data)
    laws.a_split_changes_nothing(HEARING, data, range(len(data)))
    cut = HEARING.decode_stream()
    cut.feed(data[:30])
    with pytest.raises(StreamCut):
        cut.close(framed=True)


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=5))
def test_sound_that_comes_in_pieces_is_told_in_events_and_adds_up(pieces):
    assume(told_instead(b"".join(pieces)) is None)
    decoder, encoder = SoundDecoder(), SPEECH.encode_stream(laws.STAMP)
    chunks = [chunk for piece in pieces for chunk in decoder.feed(piece)] + decoder.close(framed=True)
    out = b"".join(map(encoder.encode, chunks)) + encoder.close(Usage(characters=9))
    told = [json.loads(event.data, parse_float=Decimal) for event in EventReader().feed(out)]
    assert b"".join(base64.b64decode(event["audio"]) for event in told[:-1]) == b"".join(pieces)
    assert told[-1]["type"] == "speech.audio.done"
    assert told[-1]["usage"]["characters"] == 9


REFUSED = b'{"detail": {"status": "quota_exceeded", "message": "Buy more."}}'


@pytest.mark.parametrize("pieces", [[REFUSED], [REFUSED[:1], REFUSED[1:]], [REFUSED[:20], REFUSED[20:]]])
def test_a_document_that_comes_instead_of_sound_says_why(pieces):
    decoder = SoundDecoder()
    assert [chunk for piece in pieces for chunk in decoder.feed(piece)] == []
    with pytest.raises(UpstreamError, match="Buy more"):
        decoder.close(framed=True)
    with pytest.raises(UpstreamError, match="Buy more"):
        Spoken().decode_response(REFUSED)


def test_sound_that_only_begins_like_a_document_is_sound():
    samples = b'{"' + bytes(range(256)) * 300
    decoder = SoundDecoder()
    chunks = [*decoder.feed(samples), *decoder.feed(b"more"), *decoder.close(framed=True)]
    assert b"".join(base64.b64decode(chunk["audio"]) for chunk in chunks) == samples + b"more"
    assert Spoken().decode_response(samples).body == samples


def test_sound_whose_end_nothing_shows_was_cut():
    decoder = SoundDecoder()
    decoder.feed(b"ID3")
    with pytest.raises(StreamCut):
        decoder.close(framed=False)
    with pytest.raises(StreamCut):
        SoundDecoder().close(framed=True)


def test_a_query_is_read_as_it_is_written():
    fields = {"model": "m", "smart_format": True, "keyterm": ["a b", "c"], "language": "de"}
    assert read_query(with_query("https://x/y", fields).partition("?")[2]) == fields


def test_rows_without_times_are_left_out_and_nonsense_is_refused():
    assert timed([{"w": "a"}, {"w": "b", "s": 1, "e": 2}], "w", start="s", end="e") == [
        {"word": "b", "start": 1, "end": 2}
    ]
    with pytest.raises(BadUpstream):
        timed([{"w": 5}], "w")


def test_sound_inside_a_document_is_taken_out():
    sound = b"ID3\0\xff"
    told = json.dumps({"audio_data": base64.b64encode(sound).decode()}).encode()
    for reply in (SPEECH.decode_response(told), SPEECH.relay_response(told, laws.STAMP)):
        assert (reply.body, reply.content_type) == (sound, "audio/mpeg")
    assert SPEECH.decode_response(json.dumps({"audio_data": "UklGRg=="}).encode()).content_type == "audio/wav"
    for body in (b'{"audio_data": 5}', b'{"audio_data": ""}', b"{}", b'{"error": {"message": "no"}}'):
        with pytest.raises(UpstreamError):
            SPEECH.decode_response(body)


def test_seconds_that_mistral_counts_are_read():
    told = {"text": "a", "usage": {"prompt_audio_seconds": 3, "prompt_tokens": 5, "completion_tokens": 9}}
    assert HEARING.decode_response(json.dumps(told).encode()).usage == Usage(seconds=3)
