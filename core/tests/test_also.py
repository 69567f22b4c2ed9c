"""One operation in several dialects: the client's own is spoken where it is offered, else the main one."""

import json

from crossroads.testing.plugins import MODEL, chat, exchange_with, offer, send
from crossroads.testing.upstream import ScriptedProvider

CHAT = {
    "dialect": "openai-chat",
    "url": "{base_url}/chat/completions",
    "also": {"openai-responses": {"url": "{base_url}/responses"}},
}
QUIRKS = [
    {"drop": ["temperature"]},
    {"drop": ["top_p"], "dialects": ["openai-responses"]},
]
RESPONSES = {"model": MODEL, "input": "Hi", "temperature": 0.5, "top_p": 0.5}


async def sent_for(document, dialect, operation=CHAT):
    async with ScriptedProvider() as upstream:
        provider = offer("acme", upstream, manifest={"operations": {"chat": operation}, "quirks": QUIRKS})
        async with exchange_with(provider) as x:
            await send(x, document, dialect=dialect)
        return upstream.requests[0].path, json.loads(upstream.requests[0].body)


async def test_a_client_of_a_further_dialect_is_served_in_it():
    path, body = await sent_for(RESPONSES, "openai-responses")
    assert path.endswith("/responses")
    assert body["input"] == "Hi"
    assert "messages" not in body


async def test_a_client_of_the_main_dialect_is_served_in_that():
    path, body = await sent_for(chat(), "openai-chat")
    assert path.endswith("/chat/completions")
    assert body["messages"]


async def test_where_it_is_not_offered_the_main_dialect_is_spoken():
    path, body = await sent_for(RESPONSES, "openai-responses", {k: v for k, v in CHAT.items() if k != "also"})
    assert path.endswith("/chat/completions")
    assert body["messages"]


async def test_a_quirk_touches_the_dialects_that_it_names_and_the_main_one_where_it_names_none():
    _, responses = await sent_for(RESPONSES, "openai-responses")
    assert (responses.get("temperature"), responses.get("top_p")) == (0.5, None)
    _, main = await sent_for(chat(temperature=0.5, top_p=0.5), "openai-chat")
    assert (main.get("temperature"), main.get("top_p")) == (None, 0.5)
