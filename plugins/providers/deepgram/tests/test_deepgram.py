"""Deepgram's formats, both sides, and the package at work: what goes out, what comes back, what is billed."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from crossroads_deepgram.speech import DeepgramSpeech
from crossroads_deepgram.transcription import DeepgramTranscription
from crossroads_openai_speech import OpenAISpeech, OpenAITranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.sse import EventReader
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestSpeech = dialect_conformance(DeepgramSpeech)
TestTranscription = dialect_conformance(DeepgramTranscription, "vectors/transcription")

SPEAKS, HEARS = DeepgramSpeech(), DeepgramTranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
WHISPER = {"model": "a/whisper", "upstream": "whisper", "operations": ["transcription"]}
HEARD = {
    "metadata": {"request_id": "r", "duration": 3.7, "channels": 1},
    "results": {
        "channels": [
            {
                "detected_language": "en",
                "alternatives": [
                    {
                        "transcript": "Hi there.",
                        "words": [
                            {"word": "hi", "punctuated_word": "Hi", "start": 0.1, "end": 0.4, "speaker": 0},
                            {"word": "there", "punctuated_word": "there.", "start": 0.5, "end": 1},
                        ],
                    }
                ],
            }
        ],
        "utterances": [{"start": 0.1, "end": 1, "transcript": "Hi there.", "channel": 0, "id": "u"}],
    },
}


def asked(draft):
    return {name: values[0] for name, values in parse_qs(urlsplit(draft.url).query).items()}


def spoken(**fields):
    opened = OpenAISpeech().open(json.dumps({"model": "deepgram/aura-2", "input": "Hi", **fields}).encode())
    return SPEAKS.encode_request(
        OpenAISpeech().decode_request(opened), url="https://x/v1/speak", upstream="aura-2", stream=False
    )


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"voice": "thalia"}, {"model": "aura-2-thalia-en", "encoding": "mp3"}),
        (
            {"voice": "nestor-es", "response_format": "opus"},
            {"model": "aura-2-nestor-es", "encoding": "opus", "container": "ogg"},
        ),
        ({"voice": "aura-2-zeus-en", "speed": 1.2}, {"model": "aura-2-zeus-en", "encoding": "mp3", "speed": "1.2"}),
    ],
)
def test_a_voice_and_a_format_become_the_words_of_the_query(fields, query):
    draft = spoken(**fields)
    assert asked(draft) == query
    assert draft.document == {"text": "Hi"}


def test_what_it_can_not_speak_is_refused_and_what_it_ignores_is_told():
    for fields in ({}, {"voice": "thalia", "response_format": "mulaw"}):
        with pytest.raises(Unsupported):
            spoken(**fields)
    assert [lost.field for lost in spoken(voice="thalia", instructions="whisper").lost] == ["instructions"]


@pytest.mark.parametrize(
    "query", ["model=aura-2-thalia-en&encoding=mp3", "model=aura-2-zeus-en&encoding=linear16&container=wav"]
)
def test_its_own_client_is_read_and_written_the_same(query):
    opened = SPEAKS.open(b'{"text": "Hi"}', {"query": query})
    assert opened.models == ("aura-2",)
    assert opened.usage == Usage(characters=2)
    draft = SPEAKS.splice_request(opened, url="https://x/v1/speak", upstream="aura-2")
    assert asked(draft) == {name: values[0] for name, values in parse_qs(query).items()}
    assert draft.document == {"text": "Hi"}


def test_sound_goes_out_as_it_is_with_its_parameters_in_the_query():
    body, kind = multipart.encode_form({"model": "deepgram/nova-3", "file": SOUND, "language": "de", "diarize": "true"})
    request = OpenAITranscription().decode_request(OpenAITranscription().open(body, {"content_type": kind}))
    draft = HEARS.encode_request(request, url="https://x/v1/listen", upstream="nova-3", stream=False)
    assert draft.body == SOUND.data
    assert (b"content-type", b"audio/wav") in draft.headers
    assert asked(draft) == {
        "model": "nova-3", "language": "de", "diarize": "true", "smart_format": "true", "utterances": "true",
    }  # fmt: skip


def test_its_own_client_sends_sound_or_a_url_and_nothing_is_added():
    for body, kind in ((SOUND.data, "audio/wav"), (b'{"url": "https://x/a.wav"}', "application/json")):
        opened = HEARS.open(body, {"content_type": kind, "query": "model=nova-3&smart_format=true"})
        draft = HEARS.splice_request(opened, url="https://x/v1/listen", upstream="nova-3")
        assert asked(draft) == {"model": "nova-3", "smart_format": "true"}
        assert (draft.body or json.dumps(draft.document).encode()) == body


def test_a_transcript_has_its_words_segments_and_seconds():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document["text"] == "Hi there."
    assert [word["word"] for word in reply.document["words"]] == ["Hi", "there."]
    assert reply.document["segments"] == [{"id": 0, "text": "Hi there.", "start": 0.1, "end": 1, "channel": 0}]
    assert reply.usage == Usage(seconds=4)
    laws.both_paths_reply_the_same(HEARS, json.dumps(HEARD).encode())


def test_each_channel_is_heard_and_paid():
    two = {**HEARD, "results": {"channels": [*HEARD["results"]["channels"], *HEARD["results"]["channels"]]}}
    reply = HEARS.decode_response(json.dumps(two).encode())
    assert reply.document["text"] == "Hi there.\nHi there."
    assert reply.usage == Usage(seconds=8)
    laws.both_paths_reply_the_same(HEARS, json.dumps(two).encode())


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"results":{"channels":[]}}', b'{"results":{"channels":[{"alternatives":[1]}]}}']
)
def test_what_is_no_transcript_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(body)


async def test_a_client_of_openai_reaches_its_voices_and_pays_by_the_character():
    body = b'{"model": "deepgram/aura-2", "input": "Hello", "voice": "thalia"}'
    told = [Answer(raw=(b"ID3\0", b"\xff"), content_type="audio/mpeg")]
    got, [sent] = await answered("deepgram", told, "openai-speech", body)
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0\xff", b"audio/mpeg")
    assert sent.path == "/v1/speak?encoding=mp3&model=aura-2-thalia-en"
    assert sent.header("authorization") == "Token none"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=5), 5 * 30_000)


async def test_a_client_of_openai_that_wants_events_gets_the_sound_in_events():
    body = b'{"model": "deepgram/aura-2", "input": "Hello", "voice": "thalia", "stream_format": "sse"}'
    answers = [Answer(raw=(b"ID3\0", b"\xff"), content_type="audio/mpeg", framing="chunked")]
    got, _ = await answered("deepgram", answers, "openai-speech", body)
    told = [json.loads(event.data) for event in EventReader().feed(got.body)]
    assert b"".join(base64.b64decode(event["audio"]) for event in told[:-1]) == b"ID3\0\xff"
    assert told[-1]["usage"]["cost"] == 0.00015
    assert got.cost_nano == 5 * 30_000


@pytest.mark.parametrize(
    ("form", "expected", "kind"),
    [
        ("json", '{"text":"Hi there.","usage":{"type":"duration","seconds":4,"cost":0.00028668}}', "application/json"),
        ("srt", "1\n00:00:00,100 --> 00:00:01,000\nHi there.\n", "text/plain; charset=utf-8"),
    ],
)
async def test_a_transcript_is_paid_by_the_second_and_comes_in_the_form_asked_for(form, expected, kind):
    asked_for = {"model": "deepgram/nova-3", "file": SOUND, "response_format": form}
    got, sent = await answered("deepgram", [HEARD], "openai-transcription", *multipart.encode_form(asked_for))
    assert (got.body.decode(), got.headers[b"content-type"].decode()) == (expected, kind)
    assert sent[0].body == SOUND.data
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=4), 4 * 71_670)


async def test_a_transcript_that_was_asked_for_as_a_stream_comes_as_one():
    form = multipart.encode_form({"model": "deepgram/nova-3", "file": SOUND, "stream": "true"})
    got, _ = await answered("deepgram", [HEARD], "openai-transcription", *form)
    told = [json.loads(event.data) for event in EventReader().feed(got.body)]
    assert [event["type"] for event in told] == ["transcript.text.delta", "transcript.text.done"]
    assert told[-1]["text"] == "Hi there."
    assert got.cost_nano == 4 * 71_670


async def test_its_own_client_is_served_by_another_host():
    params = {"query": "model=a/whisper&language=en"}
    wav = (SOUND.data, "audio/wav")
    answers = [Answer(raw=(b'{"text":"Hi","duration":1.5,"language":"en"}',))]
    got, [sent] = await answered(
        "openai-compatible", answers, "deepgram-transcription", *wav, params=params, endpoints=[WHISPER]
    )
    told = json.loads(got.body)
    assert told["results"]["channels"][0]["alternatives"][0]["transcript"] == "Hi"
    assert told["metadata"]["duration"] == 1.5
    form = multipart.open_form(sent.body, sent.header("content-type"))
    assert (form["model"], form["language"], form["file"].data) == ("whisper", "en", SOUND.data)


def test_a_refusal_names_deepgrams_own_reason():
    told = {"err_code": "Bad Request", "err_msg": "Bad Request: failed to process audio.", "request_id": "r"}
    error = HEARS.decode_error(400, (), json.dumps(told).encode())
    assert "failed to process audio" in str(error)
    assert error.code == "invalid_request"
