"""Async's formats, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_asyncai.speech import AsyncSpeech
from crossroads_asyncai.transcription import AsyncTranscription

from crossroads import multipart
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, speech_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.spoken import spoken
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestSpeech = speech_conformance(
    AsyncSpeech,
    "asyncai",
    own={
        "transcript": "Hi",
        "voice": {"mode": "id", "id": "e0f39dc4"},
        "model_id": "m",
        "output_format": {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 44100},
        "language": "de",
        "stability": 30,
    },
    path="/text_to_speech",
    sent={
        "transcript": "Grüß",
        "voice": {"mode": "id", "id": "v"},
        "model_id": "m",
        "output_format": {"container": "mp3", "sample_rate": 44100},
    },
    headers={"x-api-key": "none", "version": "v1"},
    lost=("instructions",),
)
TestTranscription = dialect_conformance(AsyncTranscription, "vectors/transcription")

WAV = b"RIFF\x24\x00\x01\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"


def test_a_tempo_has_a_word_of_its_own():
    assert spoken(AsyncSpeech(), speed=1.5).document["speed_control"] == 1.5


async def test_a_transcript_is_counted_by_what_its_sound_says():
    sound = File(data=WAV + b"data\x80\x3e\x00\x00" + bytes(16000), filename="a.wav", content_type="audio/wav")
    row = {"model": "a/m", "upstream": "m", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b'{"text": "Hi there."}',)))
        form = multipart.encode_form({"model": "a/m", "file": sound, "language": "de", "response_format": "text"})
        got = await served("asyncai", upstream, "openai-transcription", *form, endpoints=[row])
        sent = upstream.requests[0]
    assert got.body == b"Hi there.\n"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=1, quality="estimated"), 100_000)
    assert (sent.path, sent.header("version")) == ("/v1/speech_to_text", "v1")
    fields = multipart.open_form(sent.body, sent.header("content-type"))
    assert fields == {"file": sound, "model_id": "m", "language": "de"}
