"""A token had for a key: asked for once, renewed before it ends, and nothing secret in an error."""

import asyncio
import json
from urllib.parse import parse_qs

import pytest

from crossroads.errors import BadUpstream, ConfigError, UpstreamRefused, UpstreamTimeout
from crossroads.testing.transports import WholeAnswer
from crossroads.tokens import EARLY_S, Exchanged, Fixed, header_value

URL = "https://tokens.example/token"


class Giver:
    """Gives tokens t1, t2 ..., each for 3600 seconds."""

    def __init__(self, status=200, body=None):
        self.asked, self.status, self.body = [], status, body

    async def send(self, request):
        await asyncio.sleep(0)
        self.asked.append(request)
        body = self.body or json.dumps({"access_token": f"t{len(self.asked)}", "expires_in": 3600}).encode()
        return WholeAnswer(self.status, body)


def exchanged(giver, now=(0.0,)):
    grant = {"grant_type": "key", "key": "s3cret"}
    return Exchanged(giver, URL, lambda: grant, whose="Northwind", remedy="Mend it.", monotonic=lambda: now[0])


async def test_many_calls_wait_for_one_exchange():
    giver = Giver()
    token = exchanged(giver)
    headers = await asyncio.gather(*(token.header() for _ in range(5)))
    assert headers == [(b"authorization", b"Bearer t1")] * 5
    (asked,) = giver.asked
    assert (asked.url, parse_qs(asked.body.decode())["key"]) == (URL, ["s3cret"])


async def test_how_long_a_token_lasts_may_be_known_beside_the_answer():
    giver, now = Giver(body=b'{"access_token": "t", "expire_at": 1690377931}'), [0.0]
    token = Exchanged(giver, URL, dict, whose="N", remedy="R", lasts_s=3600, monotonic=lambda: now[0])
    await token.header()
    now[0] = 3600 - EARLY_S - 1
    await token.header()
    assert len(giver.asked) == 1
    now[0] += 1
    await token.header()
    assert len(giver.asked) == 2


async def test_a_token_of_which_nobody_says_how_long_it_lasts_is_a_bad_upstream():
    with pytest.raises(BadUpstream):
        await exchanged(Giver(body=b'{"access_token": "t"}')).header()


async def test_a_token_is_renewed_before_it_ends_and_when_it_was_refused():
    giver, now = Giver(), [0.0]
    token = exchanged(giver, now)
    await token.header()
    now[0] = 3600 - EARLY_S - 1
    assert (await token.header())[1] == b"Bearer t1"
    now[0] = 3600 - EARLY_S
    assert (await token.header())[1] == b"Bearer t2"
    token.forget()
    assert (await token.header())[1] == b"Bearer t3"


@pytest.mark.parametrize("body", [b'{"error":"invalid_grant","error_description":"s3cret"}', b'{"errorCode":"BX1"}'])
async def test_a_refused_key_is_no_fault_of_the_callers_and_is_not_shown(body):
    with pytest.raises(UpstreamRefused, match="Northwind gave no access token") as raised:
        await exchanged(Giver(401, body)).header()
    assert (raised.value.status, raised.value.elsewhere) == (502, True)
    assert "s3cret" not in str(raised.value)
    assert "invalid_grant" in str(raised.value) or "BX1" in str(raised.value)


@pytest.mark.parametrize("body", [b"{}", b"no JSON", b'{"access_token":5}'])
async def test_what_is_no_token_is_no_authorization(body):
    with pytest.raises(BadUpstream):
        await exchanged(Giver(200, body)).header()


async def test_a_fixed_header_stays():
    fixed = Fixed((b"x", b"y"))
    fixed.forget()
    assert await fixed.header() == (b"x", b"y")


@pytest.mark.parametrize("secret", ["", "a b", "ä", "a\n"])
def test_what_no_header_can_carry_is_an_error_that_does_not_show_it(secret):
    with pytest.raises(ConfigError) as raised:
        header_value(secret, "Mend it.")
    assert not secret or secret not in str(raised.value).replace("Mend it.", "")


class Silent(Giver):
    """Never answers."""

    async def send(self, request):
        self.asked.append(request)
        await asyncio.Event().wait()


async def test_no_call_waits_for_a_token_longer_than_its_bound_nor_for_those_before_it():
    giver = Silent()
    token = Exchanged(giver, URL, dict, whose="Northwind", remedy="Mend it.", wait_s_max=0.01)
    calls = await asyncio.wait_for(asyncio.gather(*(token.header() for _ in range(20)), return_exceptions=True), 5)
    assert {type(error) for error in calls} == {UpstreamTimeout}
    assert {error.billing for error in calls} == {"no"}


@pytest.mark.parametrize("status", [200, 401])
async def test_bytes_that_are_no_text_are_an_upstreams_error(status):
    with pytest.raises((BadUpstream, UpstreamRefused)):
        await exchanged(Giver(status, b'{"access_token": "\xff", "error": "\xff"}')).header()
