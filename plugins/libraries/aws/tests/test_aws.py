"""Regions, keys and credentials of AWS, whatever the service; signatures are compared in the providers' tests."""

import pytest
from crossroads_aws import AwsSettings, in_region, opened

from crossroads.config import Secret
from crossroads.errors import ConfigError, CredentialMissing
from crossroads.testing.transports import Keeping
from crossroads.wire import HttpRequest

ACCESS, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
URL = "https://polly.us-east-1.amazonaws.com/v1/speech"


async def sent_with(key, **settings):
    kept = Keeping()
    transport = await opened(kept, Secret(key), AwsSettings(**settings), "polly", in_region)
    await transport.send(HttpRequest(method="POST", url=URL, body=b"{}"))
    return kept.sent[0]


@pytest.mark.parametrize(
    ("url", "there"),
    [
        (f"{URL}?a=b", "https://polly.eu-west-1.amazonaws.com/v1/speech?a=b"),
        ("https://runtime.sagemaker.us-east-1.amazonaws.com/x", "https://runtime.sagemaker.eu-west-1.amazonaws.com/x"),
        ("https://us-east-1.amazonaws.com.evil.example/x", "https://us-east-1.amazonaws.com.evil.example/x"),
        ("http://127.0.0.1:9/v1/speech", "http://127.0.0.1:9/v1/speech"),
    ],
)
def test_only_a_host_of_aws_moves_to_another_region(url, there):
    assert in_region(url, "eu-west-1") == there


async def test_the_region_comes_from_the_settings_then_from_the_environment(monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert ".eu-central-1." in (await sent_with("api-key")).url
    assert ".ap-south-1." in (await sent_with("api-key", region="ap-south-1")).url


@pytest.mark.parametrize("region", ["evil.example/", "eu-west-1\n", "a.b", "EU"])
async def test_a_region_of_the_environment_can_not_name_another_host(monkeypatch, region):
    monkeypatch.setenv("AWS_REGION", region)
    with pytest.raises(ConfigError):
        await sent_with("api-key")


async def test_a_key_of_another_kind_is_a_bearer_token_and_a_secret_is_never_sent():
    assert (await sent_with("api-key")).header(b"authorization") == b"Bearer api-key"
    request = await sent_with(f"{ACCESS}:{SECRET}", region="eu-west-1")
    said = request.header(b"authorization").decode()
    assert f"Credential={ACCESS}/" in said
    assert "/eu-west-1/polly/aws4_request" in said
    assert SECRET not in repr(request) + said


async def test_no_credentials_say_what_is_missing(monkeypatch):
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda self: None)
    with pytest.raises(CredentialMissing, match="AWS_SECRET_ACCESS_KEY"):
        await sent_with(ACCESS)
