"""Credentials of Vertex AI, over a transport that a test answers for."""

import asyncio
import json
from urllib.parse import parse_qs

import pytest
from crossroads_google_vertex import Vertex, VertexSettings
from crossroads_google_vertex.credentials import TOKEN_URL, Exchanged, read_credential

from crossroads.config import Secret
from crossroads.errors import BadUpstream, ConfigError, UpstreamRefused
from crossroads.testing.transports import WholeAnswer
from crossroads.wire import HttpRequest

MODEL = "https://aiplatform.googleapis.com/v1beta1/publishers/google/models/gemini-3.8-flash:generateContent"
USER = {"type": "authorized_user", "client_id": "c", "client_secret": "s3", "refresh_token": "r"}


class Google:
    """Gives tokens t1, t2 ..., and answers calls with `status`."""

    def __init__(self, status=200, token_status=200, token_body=None):
        self.sent, self.status, self.token_status, self.token_body = [], status, token_status, token_body
        self.tokens = 0

    async def send(self, request):
        self.sent.append(request)
        if request.url != TOKEN_URL:
            return WholeAnswer(self.status, b"{}")
        self.tokens += 1
        await asyncio.sleep(0)
        token = {"access_token": f"t{self.tokens}", "expires_in": 3600, "token_type": "Bearer"}
        return WholeAnswer(self.token_status, self.token_body or json.dumps(token).encode())

    @property
    def calls(self):
        return [request for request in self.sent if request.url != TOKEN_URL]


async def opened(google, secret, **settings):
    text = secret if isinstance(secret, str) else json.dumps(secret)
    return await Vertex(VertexSettings(**settings)).provider_open(transport=google, credential=Secret(text))


async def test_an_api_key_goes_in_its_header_without_a_project():
    google = Google()
    await (await opened(google, "AIzaKey")).send(HttpRequest(method="POST", url=MODEL))
    assert google.sent[0].url == MODEL
    assert google.sent[0].header(b"x-goog-api-key") == b"AIzaKey"


async def test_an_access_token_is_used_as_it_is_in_the_named_project():
    google = Google()
    transport = await opened(google, "ya29.token", project="p1", location="europe-west4")
    await transport.send(HttpRequest(method="POST", url=MODEL))
    assert google.sent[0].header(b"authorization") == b"Bearer ya29.token"
    host = "https://europe-west4-aiplatform.googleapis.com/v1beta1/projects/p1/locations/europe-west4/publishers/"
    assert google.sent[0].url.startswith(host)


async def test_a_base_url_that_names_a_project_is_left_alone():
    google, url = Google(), MODEL.replace("/publishers", "/projects/p2/locations/us-central1/publishers")
    await (await opened(google, "ya29.token", project="p1")).send(HttpRequest(method="POST", url=url))
    assert google.sent[0].url == url


async def test_a_token_without_a_project_is_an_error_that_says_where_to_name_it():
    google = Google()
    with pytest.raises(ConfigError, match=r"settings\.project"):
        await (await opened(google, "ya29.token")).send(HttpRequest(method="POST", url=MODEL))
    assert not google.sent


async def test_many_calls_wait_for_one_token_and_a_refused_one_is_not_used_again():
    google = Google()
    transport = await opened(google, USER, project="p1")
    await asyncio.gather(*(transport.send(HttpRequest(method="POST", url=MODEL)) for _ in range(5)))
    assert google.tokens == 1
    assert {call.header(b"authorization") for call in google.calls} == {b"Bearer t1"}
    assert parse_qs(google.sent[0].body.decode())["grant_type"] == ["refresh_token"]
    google.status = 401
    await transport.send(HttpRequest(method="POST", url=MODEL))
    google.status = 200
    await transport.send(HttpRequest(method="POST", url=MODEL))
    assert google.calls[-1].header(b"authorization") == b"Bearer t2"


async def test_a_token_is_renewed_before_it_ends():
    google, now = Google(), [0.0]
    credential = Exchanged(google, dict, None, monotonic=lambda: now[0])
    assert (await credential.header())[1] == b"Bearer t1"
    now[0] = 3299.0
    assert (await credential.header())[1] == b"Bearer t1"
    now[0] = 3300.0
    assert (await credential.header())[1] == b"Bearer t2"


@pytest.fixture(scope="module")
def account():
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    pytest.importorskip("google.auth")
    from cryptography.hazmat.primitives import serialization as s

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode()
    document = {"type": "service_account", "project_id": "p9", "client_email": "a@p9.example", "private_key": pem}
    return key, {**document, "private_key_id": "k", "token_uri": "https://evil.example/token"}


async def test_a_service_account_signs_an_assertion_for_google_and_nobody_else(account):
    from google.auth import jwt

    key, document = account
    google = Google()
    transport = await opened(google, document)
    await transport.send(HttpRequest(method="POST", url=MODEL))
    assert google.sent[0].url == TOKEN_URL
    assert "/projects/p9/locations/global/publishers/" in google.sent[1].url
    form = parse_qs(google.sent[0].body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    from cryptography.hazmat.primitives import serialization as s

    public = key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    claims = jwt.decode(form["assertion"][0], certs=public, audience=TOKEN_URL)
    assert (claims["iss"], claims["scope"]) == ("a@p9.example", "https://www.googleapis.com/auth/cloud-platform")


async def test_a_credential_may_be_a_file(tmp_path):
    (tmp_path / "adc.json").write_text(json.dumps(USER))
    assert isinstance(read_credential(Secret(str(tmp_path / "adc.json")), Google()), Exchanged)
    with pytest.raises(ConfigError, match="can't be read"):
        read_credential(Secret(str(tmp_path / "none.json")), Google())


@pytest.mark.parametrize(
    "secret",
    [
        "{",
        "key with spaces s3cret",
        '{"type": "external_account", "token": "s3cret"}',
        '{"type": "authorized_user", "client_secret": "s3cret"}',
        '{"type": "service_account", "project_id": "p", "client_email": "e", "private_key": "s3cret"}',
    ],
)
def test_a_broken_credential_is_an_error_that_does_not_show_it(secret):
    with pytest.raises(ConfigError) as caught:
        read_credential(Secret(secret), Google())
    assert "s3cret" not in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, b'{"error": "invalid_grant", "error_description": "a@b.example s3"}', UpstreamRefused, "invalid_grant"),
        (503, b"down", UpstreamRefused, "503"),
        (200, b"{}", BadUpstream, "can't be read"),
    ],
)
async def test_no_token_is_no_call_and_an_error_without_secrets(status, body, kind, said):
    google = Google(token_status=status, token_body=body)
    transport = await opened(google, USER, project="p1")
    with pytest.raises(kind, match=said) as caught:
        await transport.send(HttpRequest(method="POST", url=MODEL))
    assert "example" not in str(caught.value)
    assert not google.calls
