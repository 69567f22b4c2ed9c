"""Presets fill what a caller left out, and nothing else."""

import pytest

from crossroads.errors import ConfigError
from crossroads.hookspecs import hookimpl
from crossroads.testing.plugins import MODEL, exchange_with, offer, send
from crossroads.testing.upstream import ScriptedProvider

ASK = {"messages": [{"role": "user", "content": "Hi"}]}
TOOL = {"type": "function", "function": {"name": "now", "parameters": {"type": "object"}}}


def preset(**fields):
    return {"config": {"presets": {"brief": fields}}}


async def sent(config, body):
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream), **config) as x:
        result = await send(x, {**ASK, **body})
        return result, [request.json for request in upstream.requests]


@pytest.mark.parametrize("body", [{"model": "@preset/brief"}, {"preset": "brief"}])
async def test_a_preset_names_the_model_the_system_message_and_parameters(body):
    result, requests = await sent(preset(model=MODEL, system="Be brief.", temperature=0.1), body)
    assert result.status == 200, result.body
    assert requests[0]["temperature"] == 0.1
    assert [message["role"] for message in requests[0]["messages"]] == ["system", "user"]
    assert "preset" not in requests[0]


async def test_what_the_caller_says_stands():
    body = {"model": f"{MODEL}@preset/brief", "temperature": 0.9, "tools": [{**TOOL, "x": 1}]}
    body["messages"] = [{"role": "system", "content": "Mine."}, *ASK["messages"]]
    other = {"type": "function", "function": {"name": "other"}}
    _, requests = await sent(preset(model="acme/never", system="Be brief.", temperature=0.1, tools=[TOOL, other]), body)
    assert requests[0]["temperature"] == 0.9
    assert requests[0]["messages"][0]["content"] == "Mine."
    assert [tool["function"]["name"] for tool in requests[0]["tools"]] == ["now", "other"]
    assert requests[0]["tools"][0]["x"] == 1


async def test_a_preset_of_a_model_alone_costs_no_parse():
    class Looks:
        @hookimpl
        def policy_admit(self, call):
            assert call.typed is None
            assert call.opened.models == (MODEL,)

    result, _ = await sent({**preset(models=[MODEL]), "policies": {"looks": Looks()}}, {"model": "@preset/brief"})
    assert result.status == 200, result.body


async def test_the_presets_preferences_hold_unless_the_caller_has_some():
    config = preset(model=MODEL, provider={"only": ["nobody"]})
    assert (await sent(config, {"model": "@preset/brief"}))[0].status == 404
    assert (await sent(config, {"model": "@preset/brief", "provider": {}}))[0].status == 200


async def test_an_unknown_preset_is_the_callers_error():
    result, requests = await sent(preset(model=MODEL), {"model": "@preset/none"})
    assert result.status == 400
    assert b"none" in result.body
    assert not requests


async def test_a_preset_that_no_request_could_be_does_not_start():
    with pytest.raises(ConfigError, match=r"presets\.brief\.temperature"):
        await sent(preset(model=MODEL, temperature="hot"), {"model": MODEL})
