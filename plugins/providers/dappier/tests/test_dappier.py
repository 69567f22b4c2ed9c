"""Dappier's data models: the conversation that goes out, the message that comes back, and the package at work."""

import json

import pytest
from crossroads_dappier.chat import DappierChat

from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestDappier = dialect_conformance(DappierChat)

ASKS = DappierChat()
BRIEF, HI = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}


def test_a_conversation_goes_out_without_what_it_answered():
    body = json.dumps({"messages": [BRIEF, HI, {"role": "assistant", "content": "Yes?"}, HI], "seed": 0}).encode()
    draft = ASKS.splice_request(ASKS.open(body), url="u", upstream="dm_1")
    assert draft.document == {"model": "dm_1", "conversation": [BRIEF, HI, HI]}
    assert {(lost.field, lost.how) for lost in draft.lost} == {("messages", "dropped"), ("seed", "dropped")}


def test_its_message_is_the_answer_and_an_error_is_none():
    assert ASKS.decode_response(b'{"message": "Hello"}').document["choices"][0]["message"]["content"] == "Hello"
    for body, error in (
        (b'{"error": {"message": "no such model"}, "message": ""}', UpstreamRefused),
        (b"{}", BadUpstream),
    ):
        with pytest.raises(error):
            ASKS.decode_response(body)


async def test_the_package_asks_its_data_model_with_its_key():
    async with ScriptedProvider() as upstream:
        upstream.script(said({"message": "Hello"}))
        row = {"model": "dappier/search", "upstream": "dm_1", "operations": ["chat"]}
        body = json.dumps({"model": "dappier/search", "messages": [HI]}).encode()
        got = await served("dappier", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Hello"
    assert (sent.path.rpartition("/")[2], sent.header("authorization")) == ("datamodelconversation", "Bearer none")
    assert sent.json["model"] == "dm_1"
