"""RTZR's transcripts: submitted and asked for with a token had for the secret; what comes back, what is paid."""

import json
from urllib.parse import parse_qs

import pytest
from crossroads_rtzr import TOKEN_URL, Rtzr, RtzrSettings
from crossroads_rtzr.transcription import RtzrTranscription

from crossroads import multipart
from crossroads.config import Secret
from crossroads.errors import BadUpstream, ConfigError, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.testing.transports import WholeAnswer
from crossroads.types.usage import Usage
from crossroads.wire import HttpRequest

TestTranscription = dialect_conformance(RtzrTranscription, "vectors/transcription")

HEARS = RtzrTranscription()
SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")
SPOKEN = {"start_at": 100, "duration": 1100, "msg": "Hi there.", "spk": 1, "lang": "en"}
WORDS = [{"start_at": 100, "duration": 300, "text": "Hi"}, {"text": "there."}]
HEARD = {"id": "j", "status": "completed", "results": {"utterances": [{**SPOKEN, "words": WORDS}]}}
ASKED = HttpRequest(method="GET", url="https://openapi.vito.ai/v1/transcribe/j")


class Vito:
    """Gives tokens and answers calls with `status`; each is asked for by `asked`."""

    def __init__(self, status=200, token_status=200, token=b'{"access_token": "t", "expire_at": 1690377931}'):
        self.sent, self.asked, self.status = [], [], status
        self.token_status, self.token = token_status, token

    async def send(self, request):
        if request.url != TOKEN_URL:
            self.sent.append(request)
            return WholeAnswer(self.status, b"{}")
        self.asked.append(parse_qs(request.body.decode()))
        return WholeAnswer(self.token_status, self.token)


async def opened(vito, credential, **settings):
    return await Rtzr(RtzrSettings(**settings)).provider_open(transport=vito, credential=Secret(credential))


def test_a_transcript_has_its_utterances_and_words_in_seconds_and_what_they_last():
    reply = HEARS.decode_response(json.dumps(HEARD).encode())
    assert reply.document == {
        "text": "Hi there.", "language": "en", "words": [{"word": "Hi", "start": 0.1, "end": 0.4}],
        "segments": [{"id": 0, "text": "Hi there.", "start": 0.1, "end": 1.2, "speaker": 1}],
    }  # fmt: skip
    assert (reply.usage, reply.upstream_id) == (Usage(seconds=2, quality="estimated"), "j")


def test_a_job_that_failed_is_refused_and_nonsense_is_a_bad_upstream():
    with pytest.raises(UpstreamRefused, match="no speech"):
        HEARS.decode_response(b'{"id": "j", "status": "failed", "error": {"code": "E", "message": "no speech"}}')
    for body in (b"", b"{}", b'{"results": {"utterances": [5]}}', b'{"results": {"utterances": [{}]}}'):
        with pytest.raises(BadUpstream):
            HEARS.decode_response(body)


def test_its_refusals_are_told_in_its_words():
    error = HEARS.decode_error(429, (), b'{"code": "A0002", "msg": "too many at once"}')
    assert "too many at once" in str(error)


@pytest.mark.parametrize(
    ("model", "stated", "sent"), [("sommers", None, None), ("whisper", None, "detect"), ("whisper", "en", "en")]
)
async def test_a_sound_is_submitted_and_asked_for(model, stated, sent):
    told = ({"id": "j-1"}, {"id": "j-1", "status": "transcribing"}, HEARD)
    row = {"model": "a/m", "upstream": model, "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    fields = {"model": "a/m", "file": SOUND, "use_diarization": "true"} | ({"language": stated} if stated else {})
    form = multipart.encode_form(fields)
    known = {"endpoints": [row], "settings": {"exchange": False}}
    got, requests = await answered("rtzr", told, "openai-transcription", *form, **known)
    assert json.loads(got.body)["text"] == "Hi there."
    assert [one.path for one in requests] == ["/v1/v1/transcribe", *["/v1/v1/transcribe/j-1"] * 2]
    assert {one.header("authorization") for one in requests} == {"Bearer none"}
    form = multipart.open_form(requests[0].body, requests[0].header("content-type"))
    config = {"use_word_timestamp": True, "use_diarization": True, "model_name": model}
    assert (form["file"], json.loads(form["config"])) == (SOUND, config | ({"language": sent} if sent else {}))
    assert got.cost_nano == 200_000


@pytest.mark.parametrize(("credential", "settings"), [("app:s3cret", {}), ("s3cret", {"client_id": "app"})])
async def test_a_secret_is_good_for_a_token_that_many_calls_share(credential, settings):
    vito = Vito()
    transport = await opened(vito, credential, **settings)
    await transport.send(ASKED)
    await transport.send(ASKED)
    assert vito.asked == [{"client_id": ["app"], "client_secret": ["s3cret"]}]
    assert [one.header(b"authorization") for one in vito.sent] == [b"Bearer t"] * 2


async def test_a_token_is_used_as_it_is_and_one_that_was_refused_is_asked_for_anew():
    vito = Vito(status=401)
    await (await opened(vito, "eyJa.b.c")).send(ASKED)
    assert (vito.sent[0].header(b"authorization"), vito.asked) == (b"Bearer eyJa.b.c", [])
    transport = await opened(vito, "app:s3cret")
    await transport.send(ASKED)
    await transport.send(ASKED)
    assert len(vito.asked) == 2


async def test_a_secret_of_no_application_is_named_and_not_shown(monkeypatch):
    monkeypatch.delenv("RTZR_CLIENT_ID", raising=False)
    with pytest.raises(ConfigError) as raised:
        await opened(Vito(), "s3cret")
    assert "s3cret" not in str(raised.value)
    monkeypatch.setenv("RTZR_CLIENT_ID", "app")
    vito = Vito()
    await (await opened(vito, "s3cret")).send(ASKED)
    assert vito.asked[0]["client_id"] == ["app"]


async def test_a_secret_that_is_refused_is_told_by_its_code():
    vito = Vito(token_status=401, token=b'{"code": "H0002", "msg": "invalid credential"}')
    with pytest.raises(UpstreamRefused, match="H0002"):
        await (await opened(vito, "app:s3cret")).send(ASKED)
