"""Amazon Polly: its own body, where a request goes, how it is signed; what comes back, what is counted."""

import datetime
import json

import botocore.session
import pytest
from botocore.config import Config
from crossroads_aws_speech import AwsSpeech
from crossroads_aws_speech.speech import PollySpeech
from crossroads_openai_speech import OpenAISpeech

from crossroads.config import Secret
from crossroads.errors import Unsupported
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage
from crossroads.wire import HttpRequest

TestSpeech = dialect_conformance(PollySpeech)

SPEAKS, OPENAI = PollySpeech(), OpenAISpeech()
OWN = {"Text": "Hi", "VoiceId": "Joanna", "Engine": "m", "OutputFormat": "ogg_opus", "LanguageCode": "en-US"}
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
ACCESS = "AKIAIOSFODNN7EXAMPLE"


def drafted(**fields):
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "v", **fields}).encode()
    return SPEAKS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


class Kept:
    """A transport that keeps what it is given."""

    async def send(self, request):
        self.sent = request


async def signed(region, body):
    kept = Kept()
    transport = await AwsSpeech(AwsSpeech.Settings(region=region)).provider_open(kept, Secret(f"{ACCESS}:{SECRET}"))
    headers = ((b"content-type", b"application/json"),)
    url = "https://polly.us-east-1.amazonaws.com/v1/speech"
    await transport.send(HttpRequest(method="POST", url=url, headers=headers, body=body))
    return kept.sent


def test_its_own_body_is_read_and_written_the_same():
    opened = SPEAKS.open(json.dumps(OWN).encode())
    assert SPEAKS.splice_request(opened, url="u", upstream="m").document == OWN


@pytest.mark.parametrize("fields", [{"voice": ""}, {"input": ""}, {"response_format": "pcm"}])
def test_what_it_can_not_speak_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_what_it_has_no_word_for_is_told():
    assert [lost.field for lost in drafted(instructions="whisper", speed=1.5).lost] == ["instructions", "speed"]


async def test_the_signature_is_that_of_botocores_own_client(monkeypatch):
    """Signed at the same second, over the same body, as `client.synthesize_speech` does it."""
    sent = []
    session = botocore.session.Session()
    session.set_credentials(ACCESS, SECRET)
    client = session.create_client("polly", "eu-west-1", config=Config(retries={"max_attempts": 1}))

    def stop(request, **_):
        sent.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", stop)
    with pytest.raises(InterruptedError):
        client.synthesize_speech(Text="Hi", VoiceId="Joanna", Engine="neural", OutputFormat="mp3")
    theirs = sent[0]
    stamp = datetime.datetime.strptime(theirs.headers["X-Amz-Date"].decode(), "%Y%m%dT%H%M%SZ")
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: stamp)
    made = await signed("eu-west-1", theirs.body)
    assert made.url == theirs.url
    signature = made.header(b"authorization").decode().partition("Signature=")[2]
    assert signature == theirs.headers["Authorization"].decode().partition("Signature=")[2]
    assert SECRET not in repr(made)


async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
        body = json.dumps({"model": "amazon/polly-neural", "input": "Grüß", "voice": "Joanna"}).encode()
        got = await served("aws-speech", upstream, "openai-speech", body)
        sent = upstream.requests[0]
    assert (got.body, got.headers[b"content-type"]) == (b"ID3\0", b"audio/mpeg")
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(characters=4), 4 * 16_000)
    assert sent.path.endswith("/v1/speech")
    assert sent.json == {"Text": "Grüß", "VoiceId": "Joanna", "Engine": "neural", "OutputFormat": "mp3"}
