"""Where a request goes, and how it is signed: compared with botocore's own client."""

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.credentials import Credentials
from crossroads_amazon_bedrock import Bedrock, placed
from crossroads_aws import AwsSettings, signed

from crossroads.config import Secret
from crossroads.wire import HttpRequest

URL = "https://bedrock-runtime.us-east-1.amazonaws.com/model/{}/converse"
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
ACCESS = "AKIAIOSFODNN7EXAMPLE"


class Kept:
    """A transport that keeps what it is given."""

    def __init__(self):
        self.sent = []

    async def send(self, request):
        self.sent.append(request)


async def sent_with(key, model="amazon.nova-lite-v1:0", **settings):
    kept = Kept()
    transport = await Bedrock(AwsSettings(**settings)).provider_open(kept, Secret(key))
    await transport.send(HttpRequest(method="POST", url=URL.format(model), body=b"{}"))
    return kept.sent[0]


async def test_an_api_key_is_a_bearer_token():
    request = await sent_with("bedrock-api-key-x", region="eu-west-1")
    assert request.header(b"authorization") == b"Bearer bedrock-api-key-x"
    assert request.url == "https://bedrock-runtime.eu-west-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse"


async def test_an_access_key_signs_and_its_secret_is_not_sent():
    request = await sent_with(f"{ACCESS}:{SECRET}", region="eu-west-1")
    said = request.header(b"authorization").decode()
    assert said.startswith(f"AWS4-HMAC-SHA256 Credential={ACCESS}/")
    assert "/eu-west-1/bedrock/aws4_request" in said
    assert SECRET not in repr(request) + said


async def test_the_id_of_an_access_key_alone_means_that_botocore_looks(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    monkeypatch.delenv("AWS_REGION", raising=False)
    request = await sent_with(ACCESS)
    assert request.header(b"x-amz-security-token") == b"session"
    assert "/us-east-1/" in request.header(b"authorization").decode()


def test_an_arn_is_one_step_of_the_path():
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
    assert placed(URL.format(arn), "us-east-1").endswith(
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc/converse"
    )
    assert placed("http://127.0.0.1:9/model/a%3Ab/converse", "x") == "http://127.0.0.1:9/model/a%3Ab/converse"


@pytest.mark.parametrize("model", ["amazon.nova-lite-v1:0", "arn:aws:bedrock:us-east-1:1:inference-profile/us.a-v1:0"])
def test_the_signature_is_that_of_botocores_own_client(model, monkeypatch):
    """Signed at the same second, over the same body, as `client.converse` does it."""
    own: list[AWSPreparedRequest] = []
    session = botocore.session.Session()
    session.set_credentials(ACCESS, SECRET)
    client = session.create_client("bedrock-runtime", "us-east-1", config=Config(retries={"max_attempts": 1}))

    def stop(request, **_):
        own.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", stop)
    with pytest.raises(InterruptedError):
        client.converse(modelId=model, messages=[{"role": "user", "content": [{"text": "Hi"}]}])
    theirs = own[0]
    stamp = theirs.headers["X-Amz-Date"]
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: _at(stamp.decode()))
    request = HttpRequest(
        method="POST",
        url=placed(URL.format(model), "us-east-1"),
        headers=((b"content-type", b"application/json"),),
        body=theirs.body,
    )
    made = signed(request, Credentials(ACCESS, SECRET).get_frozen_credentials(), "us-east-1", "bedrock")
    assert made.url == theirs.url
    signature = made.header(b"authorization").decode().partition("Signature=")[2]
    assert signature == theirs.headers["Authorization"].decode().partition("Signature=")[2]


def _at(stamp):
    import datetime

    return datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
