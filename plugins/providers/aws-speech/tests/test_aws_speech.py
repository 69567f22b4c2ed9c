"""Amazon Polly: its own body, where a request goes, how it is signed; what comes back, what is counted."""

import datetime
import json

import botocore.session
import pytest
from botocore.config import Config
from crossroads_aws_speech import AwsSpeech
from crossroads_aws_speech.speech import PollySpeech

from crossroads.config import Secret
from crossroads.testing import speech_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.wire import HttpRequest

TestSpeech = speech_conformance(
    PollySpeech,
    "aws-speech",
    own={"Text": "Hi", "VoiceId": "Joanna", "Engine": "m", "OutputFormat": "ogg_opus", "LanguageCode": "en-US"},
    path="/v1/speech",
    sent={"Text": "Grüß", "VoiceId": "v", "Engine": "neural", "OutputFormat": "mp3"},
    upstream="neural",
    headers={},
    refused=({"voice": ""}, {"input": ""}, {"response_format": "pcm"}),
)

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
ACCESS = "AKIAIOSFODNN7EXAMPLE"


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


async def test_an_engine_is_paid_at_its_price():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(b"ID3\0",), content_type="audio/mpeg"))
        body = json.dumps({"model": "amazon/polly-neural", "input": "Grüß", "voice": "Joanna"}).encode()
        got = await served("aws-speech", upstream, "openai-speech", body)
    assert got.cost_nano == 4 * 16_000
