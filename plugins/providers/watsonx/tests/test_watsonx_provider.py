"""The credential and the project of watsonx.ai, over a transport that a test answers for."""

import asyncio
import json
from urllib.parse import parse_qs

import pytest
from crossroads_watsonx import TOKEN_URL, Watsonx, WatsonxSettings

from crossroads.config import Secret
from crossroads.errors import UpstreamRefused
from crossroads.testing.transports import WholeAnswer
from crossroads.wire import HttpRequest

CHAT = HttpRequest(method="POST", url="https://us-south.ml.cloud.ibm.com/ml/v1/text/chat", body=b'{"model_id":"m"}')


class IBM:
    """Gives tokens t1, t2 ..., and answers calls with `status`."""

    def __init__(self, status=200, token_status=200, token_body=None):
        self.sent, self.asked, self.status = [], [], status
        self.token_status, self.token_body = token_status, token_body

    async def send(self, request):
        await asyncio.sleep(0)
        if request.url != TOKEN_URL:
            self.sent.append(request)
            return WholeAnswer(self.status, b"{}")
        self.asked.append(request)
        token = {"access_token": f"t{len(self.asked)}", "expires_in": 3600, "expiration": 1_764_028_800}
        return WholeAnswer(self.token_status, self.token_body or json.dumps(token).encode())


async def opened(ibm, key="secret-key"):
    return await Watsonx(WatsonxSettings()).provider_open(transport=ibm, credential=Secret(key))


async def test_a_key_is_exchanged_once_for_many_calls():
    ibm = IBM()
    transport = await opened(ibm)
    await asyncio.gather(*(transport.send(CHAT) for _ in range(3)))
    assert [request.header(b"authorization") for request in ibm.sent] == [b"Bearer t1"] * 3
    (asked,) = ibm.asked
    form = parse_qs(asked.body.decode())
    assert form == {"grant_type": ["urn:ibm:params:oauth:grant-type:apikey"], "apikey": ["secret-key"]}


async def test_a_token_that_was_refused_is_not_used_again():
    ibm = IBM(status=401)
    transport = await opened(ibm)
    await transport.send(CHAT)
    await transport.send(CHAT)
    assert [request.header(b"authorization") for request in ibm.sent] == [b"Bearer t1", b"Bearer t2"]


async def test_a_token_is_used_as_it_is():
    ibm = IBM()
    await (await opened(ibm, "eyJhbGciOi.x.y")).send(CHAT)
    assert ibm.sent[0].header(b"authorization") == b"Bearer eyJhbGciOi.x.y"
    assert ibm.asked == []


async def test_a_key_that_is_refused_is_named_by_ibms_word_and_not_shown():
    ibm = IBM(token_status=400, token_body=b'{"errorCode":"BXNIM0415E","errorMessage":"Provided secret-key not found"}')
    transport = await opened(ibm)
    with pytest.raises(UpstreamRefused, match="BXNIM0415E") as raised:
        await transport.send(CHAT)
    assert "secret-key" not in str(raised.value)
    assert (raised.value.status, raised.value.elsewhere) == (502, True)


async def test_without_a_credential_there_is_no_transport():
    assert await Watsonx(WatsonxSettings()).provider_open(transport=IBM(), credential=None) is None


def prepared(body, **settings):
    made = Watsonx(WatsonxSettings(**settings)).provider_prepare(attempt=None, request=CHAT.with_body(body))
    return None if made is None else json.loads(made.body)


def test_the_project_that_pays_is_added_where_the_request_names_none():
    assert prepared(b'{"a":[1.0]}', project_id="p") == {"a": [1.0], "project_id": "p"}
    assert prepared(b"{}", space_id="s") == {"space_id": "s"}
    assert prepared(b'{"project_id":"mine"}', project_id="p") is None
    assert prepared(b"{}") is None


def test_that_no_project_is_named_is_the_operators_fault():
    told = b'{"errors":[{"code":"no_associated","message":"Either space_id or project_id has to be provided"}]}'
    error = Watsonx(WatsonxSettings()).provider_error(attempt=None, status=400, body=told)
    assert "settings.project_id" in error.remedy
    assert Watsonx(WatsonxSettings(space_id="s")).provider_error(attempt=None, status=400, body=told) is None
    assert Watsonx(WatsonxSettings()).provider_error(attempt=None, status=400, body=b"{}") is None
