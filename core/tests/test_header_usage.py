"""Usage that no body states, and the headers of a reply do."""

import pytest
from crossroads_openai_chat import OpenAIChat

from crossroads.testing import Answer, ScriptedProvider, chat, exchange_with, offer, send
from crossroads.types.usage import Usage
from crossroads.wire import find_header


class Telling(OpenAIChat):
    name = "telling"
    paths = ("/telling",)

    def usage_of(self, headers):
        count = find_header(headers, b"x-tokens")
        return None if count is None else Usage(input_tokens=int(count))


@pytest.mark.parametrize("client", ["telling", "openai-chat"])
async def test_it_is_metered_relayed_and_translated(client):
    answer = Answer(reports="no", headers=(("x-tokens", "7"),))
    operations = {"chat": {"dialect": "telling", "url": "{base_url}/chat/completions"}}
    async with ScriptedProvider(default=answer) as upstream:
        acme = offer("acme", upstream, manifest={"operations": operations})
        dialects = {"openai-chat": OpenAIChat, "telling": Telling}
        async with exchange_with(acme, dialects=dialects) as x:
            result = await send(x, chat(), dialect=client)
    assert result.status == 200
    assert result.call.attempt.usage == Usage(input_tokens=7)
