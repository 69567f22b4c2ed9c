"""Speech and transcription: forms and JSON in, sound, text and events out, and what was used."""

import itertools
import json

import pytest
from crossroads_openai_speech import OpenAISpeech, OpenAITranscription, OpenAITranslation
from hypothesis import given
from hypothesis import strategies as st

from crossroads import multipart
from crossroads.errors import BadRequest, BadUpstream, CrossroadsError, StreamCut, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(OpenAISpeech)
TestTranscription = dialect_conformance(OpenAITranscription)
TestTranslation = dialect_conformance(OpenAITranslation)

SPEECH, HEARING = OpenAISpeech(), OpenAITranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
FORM = {"model": "whisper-1", "file": SOUND, "temperature": "0.5", "timestamp_granularities": ["word", "segment"]}
TOKENS = {"input_tokens": 9, "output_tokens": 2, "input_token_details": {"text_tokens": 1, "audio_tokens": 8}}
DONE = {"type": "transcript.text.done", "text": "ab", "usage": {"type": "tokens", "total_tokens": 11, **TOKENS}}
EVENTS = [*({"type": "transcript.text.delta", "delta": text} for text in "ab"), DONE]
STREAM = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in EVENTS)


def opened(form, dialect=HEARING):
    body, kind = multipart.encode_form(form)
    return dialect.open(body, {"content_type": kind})


def test_a_form_goes_out_as_the_form_that_came_with_the_upstreams_model():
    one = opened(FORM)
    assert one.models == ("whisper-1",)
    assert not one.stream
    draft = HEARING.splice_request(one, url="u", upstream="large")
    assert draft.form
    body, kind = multipart.encode_form(draft.document)
    assert multipart.open_form(body, kind) == {**FORM, "model": "large"}


def test_both_paths_send_the_same_form():
    one = opened({**FORM, "stream": "true", "language": "5"})
    typed = HEARING.encode_request(HEARING.decode_request(one), url="u", upstream="m", stream=True)
    spliced = HEARING.splice_request(one, url="u", upstream="m")
    sent = [multipart.open_form(*multipart.encode_form(draft.document)) for draft in (typed, spliced)]
    assert sent[0] == sent[1]
    assert sent[0]["stream"] == "true"
    assert sent[0]["language"] == "5"


def test_openrouters_json_stays_json():
    one = HEARING.open(
        b'{"model":"m","input_audio":{"data":"AA==","format":"wav"}}', {"content_type": "application/json"}
    )
    assert not HEARING.splice_request(one, url="u", upstream="m").form


@pytest.mark.parametrize("form", [{"model": "m"}, {"file": "text"}, {"file": SOUND, "stream": "perhaps"}])
def test_a_wrong_field_of_a_form_is_named(form):
    with pytest.raises(BadRequest) as caught:
        opened(form)
    assert caught.value.field in ("file", "stream")


def test_a_translation_never_streams():
    assert not opened({**FORM, "stream": "true"}, OpenAITranslation()).stream


@pytest.mark.parametrize("body", [b"1\n00:00:00,000 --> 00:00:01,000\nHi\n", b"WEBVTT\n", b"hello", b"42"])
def test_text_and_subtitles_go_through_as_they_came(body):
    assert HEARING.relay_response(body, laws.STAMP).body == body


def test_usage_is_tokens_or_whole_seconds():
    tokens = json.dumps({"text": "a", "usage": DONE["usage"]}).encode()
    assert HEARING.relay_response(tokens, laws.STAMP).usage == Usage(
        input_tokens=1, audio_input_tokens=8, output_tokens=2
    )
    for told in ({"usage": {"type": "duration", "seconds": 3}}, {"duration": 2.01}):
        assert HEARING.relay_response(json.dumps({"text": "", **told}).encode(), laws.STAMP).usage == Usage(seconds=3)
    assert HEARING.relay_response(b'{"text":"","duration":-1}', laws.STAMP).usage is None


def test_an_error_in_disguise_is_refused():
    with pytest.raises(UpstreamRefused):
        HEARING.relay_response(b'{"error":{"message":"no","code":429}}', laws.STAMP)
    for body in (b"{}", b""):
        with pytest.raises(BadUpstream):
            HEARING.relay_response(body, laws.STAMP)


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_any_split_of_a_stream_gives_the_same(cuts):
    relay = HEARING.relay_stream(laws.STAMP)
    at = [0, *sorted(cuts), len(STREAM)]
    out = b"".join(relay.feed(STREAM[a:b]) for a, b in itertools.pairwise(at) if a < b)
    out += relay.close(framed=True, usage=Usage())
    *passed, last = out.splitlines(keepends=True)[::2]
    *sent, end = STREAM.splitlines(keepends=True)[::2]
    assert passed == sent
    told = json.loads(last.removeprefix(b"data: "))
    assert told["usage"].pop("cost") > 0
    assert told == json.loads(end.removeprefix(b"data: "))
    assert relay.usage == Usage(input_tokens=1, audio_input_tokens=8, output_tokens=2)


@given(st.integers(0, len(STREAM) - 1))
def test_a_cut_stream_never_looks_complete(end):
    relay = HEARING.relay_stream(laws.STAMP)
    relay.feed(STREAM[:end])
    with pytest.raises(StreamCut):
        relay.close(framed=True, usage=Usage())


@pytest.mark.parametrize("event", [b'{"type":"error","message":"no"}', b'{"error":{"message":"no"}}', b"[]", b"{"])
def test_an_error_or_nonsense_in_a_stream_ends_it(event):
    with pytest.raises(CrossroadsError):
        HEARING.relay_stream(laws.STAMP).feed(b"data: " + event + b"\n\n")


def test_speech_counts_its_characters_and_passes_sound_on():
    one = SPEECH.open('{"model":"tts-1","input":"Grüß","voice":"alloy"}'.encode())
    assert one.usage == Usage(characters=4)
    assert not one.stream
    assert SPEECH.relay_response(b"ID3\0", laws.STAMP).body == b"ID3\0"
    laws.both_paths_send_the_same(SPEECH, b'{"model":"tts-1","input":"a","voice":{"id":"v"},"speed":1.5}')


def test_speech_streams_by_its_stream_format():
    one = SPEECH.open(b'{"input":"a","stream_format":"sse"}')
    assert one.stream
    assert (b"accept", b"text/event-stream") in SPEECH.splice_request(one, url="u", upstream="m").headers
    relay = SPEECH.relay_stream(laws.STAMP)
    relay.feed(b'data: {"type":"speech.audio.delta","audio":"AA=="}\n\n')
    relay.feed(b'data: {"type":"speech.audio.done","usage":{"input_tokens":3,"output_tokens":5}}\n\n')
    relay.close(framed=True, usage=Usage())
    assert relay.usage == Usage(input_tokens=3, audio_output_tokens=5)


@pytest.mark.parametrize("body", [b'{"model":"a"}', b'{"input":null}', b'{"input":5}', b'{"input":"a","speed":"x"}'])
def test_a_wrong_field_of_speech_is_named(body):
    with pytest.raises(BadRequest) as caught:
        SPEECH.open(body)
    assert caught.value.field in ("input", "speed")
