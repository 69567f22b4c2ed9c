"""The official `openai` package over HTTP: sound, images, embeddings, verdicts, from its own vendor and from others.

A local server replays what the vendors' hosts really sent (`spec/vectors`, and the vectors beside each provider's
package), or says what their references say; the gateway stands between.
"""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import httpx2
import openai
import pytest
from deepgram import DeepgramClient, DeepgramClientEnvironment
from elevenlabs.client import ElevenLabs

from crossroads import multipart
from crossroads.testing.recordings import Recorded, recorded_in, vectors

NOWHERE = {"production": "", "agent": "", "agent_rest": ""}
PLUGINS = Path(__file__).parents[2] / "plugins" / "providers"
SOUND = ("a.wav", b"RIFF\0\xff", "audio/wav")
PNG = ("a.png", b"\x89PNG\0\xff", "image/png")
DATA_URL = "data:image/png;base64," + base64.b64encode(PNG[1]).decode()
EVENTS = "data: %s\n\n"
SPEECH_EVENTS = (
    {"type": "speech.audio.delta", "audio": "SUQz"},
    {"type": "speech.audio.done", "usage": {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8}},
)
IMAGE_EVENTS = (
    {"type": "image_generation.partial_image", "b64_json": "AA==", "partial_image_index": 0},
    {"type": "image_generation.completed", "b64_json": "AQ==", "usage": {"input_tokens": 5, "output_tokens": 7}},
)


def named(rows: list[Recorded], name: str) -> bytes:
    return next(row.body for row in rows if row.name == name)


def own(provider: str, folder: str, name: str) -> bytes:
    return named(recorded_in(PLUGINS / provider / "tests" / "vectors" / folder), name)


SPOKEN = named(vectors("openai-speech"), "sound")
"""What a host's voice really said."""


class Replay(BaseHTTPRequestHandler):
    """Every vendor's host, by the first step of the path. `seen`: what came, newest last."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, bytes]] = []
    cut = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.path, self.headers["content-type"], body))
        vendor, path = self.path[1:].split("/", 1)
        getattr(self, vendor)(path, body)

    def do_GET(self) -> None:
        self.seen.append((self.path, "", b""))
        self.fal(self.path[1:].split("/", 1)[1], b"")

    def openai(self, path: str, body: bytes) -> None:
        asked = {} if b"multipart" in self.headers["content-type"].encode() else json.loads(body)
        match path:
            case "audio/speech" if asked.get("stream_format") == "sse":
                self._events(SPEECH_EVENTS)
            case "audio/speech":
                self._sound()
            case "audio/transcriptions" if b'name="stream"' in body:
                self._answer(named(vectors("openai-transcription"), "stream"), "text/event-stream")
            case "audio/transcriptions" if b"verbose_json" in body:
                self._answer(named(vectors("openai-transcription"), "verbose"))
            case "audio/transcriptions":
                self._answer(named(vectors("openai-transcription"), "tokens"))
            case "audio/translations":
                self._answer(named(vectors("openai-translation"), "text"))
            case "images/generations" if asked.get("stream"):
                self._events(IMAGE_EVENTS)
            case "images/generations" | "images/edits":
                self._answer(named(vectors("openai-images"), "reply"))
            case "embeddings":
                self._answer(self._first("openai-embeddings"))
            case "moderations":
                self._answer(self._first("openai-moderations"))

    def deepgram(self, path: str, body: bytes) -> None:
        if path.startswith("speak"):
            self._sound()
        else:
            self._answer(own("deepgram", "transcription", "utterances"))

    def elevenlabs(self, path: str, body: bytes) -> None:
        if path.startswith("text-to-speech"):
            self._sound()
        else:
            self._answer(own("elevenlabs", "transcription", "words"))

    def fal(self, path: str, body: bytes) -> None:
        here = f"http://{self.headers['host']}/fal"
        if body:
            job = "itself" if json.loads(body).get("sync_mode") else "there"
            told = {"status": "IN_QUEUE", "request_id": "r", "status_url": f"{here}/{job}/status"}
        elif path.endswith("status"):
            told = {"status": "COMPLETED", "request_id": "r", "response_url": f"{here}/{path.removesuffix('/status')}"}
        elif path == "itself":
            told = {"images": [{"url": DATA_URL, "content_type": "image/png"}]}
        else:
            self._answer(own("fal", "images", "flux"))
            return
        self._answer(json.dumps(told).encode())

    def _first(self, dialect: str) -> bytes:
        return next(one.body for one in vectors(dialect) if one.status == 200)

    def _events(self, events: tuple[dict, ...]) -> None:
        self._answer("".join(EVENTS % json.dumps(event) for event in events).encode(), "text/event-stream")

    def _sound(self) -> None:
        self._answer(SPOKEN, "audio/mpeg", chunks=3)

    def _answer(self, body: bytes, kind: str = "application/json", chunks: int = 1) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        size = -(-len(body) // chunks)
        for at in range(0, len(body), size):
            if at and Replay.cut:
                self.close_connection = True
                return
            piece = body[at : at + size]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def replay() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def origin(serve, replay, tmp_path_factory) -> str:
    """`crossroads serve` with all of them behind it, as their packages come."""
    lines = []
    for name in ("openai", "deepgram", "elevenlabs", "fal"):
        lines += [
            "[[providers]]",
            f'plugin = "{name}"',
            f'name = "{name}"',
            'api_key = "none"',
            f'base_url = "{replay}/{name}"',
        ]
    config = tmp_path_factory.mktemp("media") / "crossroads.toml"
    config.write_text("\n".join(lines))
    return serve("--config", str(config))


@pytest.fixture
def sdk(origin) -> Iterator[openai.OpenAI]:
    Replay.seen.clear()
    with openai.OpenAI(base_url=f"{origin}/v1", api_key="any", max_retries=0) as made:
        yield made


VOICES = [("openai/tts-1", "alloy"), ("deepgram/aura-2", "thalia"), ("elevenlabs/eleven_v4", "JBFqnCBsd6RMkjVDRZzb")]
EARS = {
    "openai/gpt-4o-transcribe": "あたし",
    "deepgram/nova-3": "Ruby is a programming language designed for developer happiness.",
    "elevenlabs/scribe_v2": "Hello from the Vercel AI SDK.",
}


@pytest.mark.parametrize(("model", "voice"), VOICES)
def test_speech_is_the_sound_that_the_host_made(sdk, model, voice):
    with sdk.audio.speech.with_streaming_response.create(model=model, voice=voice, input="Hello") as reply:
        assert reply.headers["content-type"] == "audio/mpeg"
        assert b"".join(reply.iter_bytes()) == SPOKEN


@pytest.mark.parametrize(("model", "voice"), VOICES[1:])
def test_speech_in_events_adds_up_to_the_same_sound(sdk, model, voice):
    asked = {"model": model, "voice": voice, "input": "Hello", "stream_format": "sse"}
    with sdk.audio.speech.with_streaming_response.create(**asked) as reply:
        told = [json.loads(line[6:]) for line in reply.iter_lines() if line.startswith("data: ")]
    assert b"".join(base64.b64decode(event["audio"]) for event in told[:-1]) == SPOKEN
    assert told[-1]["type"] == "speech.audio.done"
    assert told[-1]["usage"]["cost"] > 0


def test_speech_in_events_of_openais_own(sdk):
    asked = {"model": "openai/gpt-4o-mini-tts", "voice": "alloy", "input": "Hello", "stream_format": "sse"}
    with sdk.audio.speech.with_streaming_response.create(**asked) as reply:
        told = [json.loads(line[6:]) for line in reply.iter_lines() if line.startswith("data: ")]
    assert told[-1]["usage"].pop("cost") > 0
    assert told == list(SPEECH_EVENTS)


def test_sound_that_breaks_off_never_looks_whole(sdk):
    Replay.cut = True
    try:
        with (
            sdk.audio.speech.with_streaming_response.create(model="openai/tts-1", voice="alloy", input="Hi") as reply,
            pytest.raises(httpx2.HTTPError),
        ):
            list(reply.iter_bytes())
    finally:
        Replay.cut = False


@pytest.mark.parametrize("model", EARS)
def test_a_transcript_is_what_the_host_heard(sdk, model):
    reply = sdk.audio.transcriptions.create(model=model, file=SOUND, language="en")
    assert reply.text == EARS[model]
    assert reply.usage.cost > 0
    path, kind, body = Replay.seen[-1]
    if model.startswith("deepgram"):
        assert body == SOUND[1]
        assert "language=en" in path
    else:
        assert multipart.open_form(body, kind)["file"].data == SOUND[1]


@pytest.mark.parametrize("model", EARS)
def test_a_streamed_transcript_adds_up(sdk, model):
    told = list(sdk.audio.transcriptions.create(model=model, file=SOUND, stream=True))
    said = "".join(event.delta for event in told if event.type == "transcript.text.delta")
    assert told[-1].type == "transcript.text.done"
    assert told[-1].text == said
    if not model.startswith("openai"):
        assert said == EARS[model]


@pytest.mark.parametrize("model", ["deepgram/nova-3", "elevenlabs/scribe_v2"])
def test_subtitles_and_words_with_their_times_come_from_hosts_that_know_neither_form(sdk, model):
    asked = {"model": model, "file": SOUND}
    cues = sdk.audio.transcriptions.create(**asked, response_format="srt")
    assert cues.startswith("1\n00:00:00,")
    told = sdk.audio.transcriptions.create(**asked, response_format="verbose_json", timestamp_granularities=["word"])
    assert " ".join(word.word for word in told.words) == EARS[model]
    assert all(word.end >= word.start for word in told.words)


def test_verbose_json_and_translation_of_openais_own(sdk):
    told = sdk.audio.transcriptions.create(model="openai/whisper-1", file=SOUND, response_format="verbose_json")
    assert told.duration > 36
    reply = sdk.audio.translations.create(model="openai/whisper-1", file=SOUND)
    assert reply.text.startswith("The sun rises in the east")


def test_images_are_made_and_changed(sdk):
    reply = sdk.images.generate(model="openai/gpt-image-2", prompt="a cat", n=1)
    assert reply.data[0].url.startswith("https://oaidalleapi")
    reply = sdk.images.edit(model="openai/gpt-image-2", prompt="a cat", image=[PNG, PNG], mask=PNG)
    assert reply.data[0].url.startswith("https://oaidalleapi")
    path, kind, body = Replay.seen[-1]
    assert path == "/openai/images/edits"
    assert [one.data for one in multipart.open_form(body, kind)["image"]] == [PNG[1], PNG[1]]


def test_a_streamed_image_has_its_drafts(sdk):
    told = list(sdk.images.generate(model="openai/gpt-image-2", prompt="a cat", stream=True, partial_images=1))
    assert [(event.type, event.b64_json) for event in told] == [(one["type"], one["b64_json"]) for one in IMAGE_EVENTS]


def test_images_of_a_host_with_a_queue(sdk):
    asked = {"model": "black-forest-labs/flux-schnell", "prompt": "a cat"}
    assert sdk.images.generate(**asked).data[0].url.startswith("https://fal.media/")
    itself = sdk.images.generate(**asked, response_format="b64_json")
    assert base64.b64decode(itself.data[0].b64_json) == PNG[1]
    assert itself.usage.cost == 0.003
    (event,) = list(sdk.images.generate(**asked, stream=True))
    assert (event.type, base64.b64decode(event.b64_json)) == ("image_generation.completed", PNG[1])


def test_embeddings_come_as_numbers(sdk):
    reply = sdk.embeddings.create(model="openai/text-embedding-3-small", input="Hi")  # it asks for base64
    assert json.loads(Replay.seen[-1][2])["encoding_format"] == "base64"
    assert all(isinstance(number, float) for number in reply.data[0].embedding)


def test_moderations_come_with_their_verdict(sdk):
    reply = sdk.moderations.create(model="openai/omni-moderation-latest", input="Hi")
    assert isinstance(reply.results[0].flagged, bool)
    assert reply.results[0].category_scores.violence >= 0


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as made:
        yield made


def test_deepgrams_client_speaks_and_hears_with_other_vendors_models(origin, http):
    there = DeepgramClientEnvironment(base=origin, **NOWHERE)
    sdk = DeepgramClient(api_key="any", environment=there, httpx_client=http)
    assert b"".join(sdk.speak.v1.audio.generate(text="Hello", model="openai/tts-1")) == SPOKEN
    reply = sdk.listen.v1.media.transcribe_file(request=SOUND[1], model="elevenlabs/scribe_v2")
    best = reply.results.channels[0].alternatives[0]
    assert best.transcript == EARS["elevenlabs/scribe_v2"]
    assert " ".join(word.word for word in best.words) == EARS["elevenlabs/scribe_v2"]


def test_elevenlabs_client_speaks_and_hears_with_other_vendors_models(origin, http):
    sdk = ElevenLabs(api_key="any", base_url=origin, httpx_client=http)
    assert b"".join(sdk.text_to_speech.convert("thalia", text="Hello", model_id="deepgram/aura-2")) == SPOKEN
    assert b"".join(sdk.text_to_speech.stream("alloy", text="Hello", model_id="openai/tts-1")) == SPOKEN
    reply = sdk.speech_to_text.convert(model_id="deepgram/nova-3", file=SOUND)
    assert reply.text == EARS["deepgram/nova-3"]
    assert reply.audio_duration_secs > 3
