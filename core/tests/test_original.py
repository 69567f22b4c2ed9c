"""What a dialect keeps beside a typed request: for itself alone."""

import json

from crossroads.hookspecs import hookimpl
from crossroads.testing.plugins import chat, exchange_with, offer, send
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.base import Original, validate
from crossroads.types.chat import ChatRequest

ORIGINAL = Original("northwind", {"messages": ["their own"]}, ("their_field",))


def request_with_original():
    request = validate(ChatRequest, json.dumps(chat()).encode())
    request.keep(ORIGINAL)
    return request


def test_it_stays_with_a_changed_copy_and_is_never_dumped():
    copy = request_with_original().model_copy(update={"temperature": 0.5})
    assert copy.original is ORIGINAL
    assert "their" not in copy.model_dump_json()


def test_a_caller_can_not_set_it():
    request = validate(ChatRequest, json.dumps(chat(_original=["y"], original=["z"])).encode())
    assert request.original is None


async def test_what_it_leaves_unsaid_is_told_to_the_caller_where_another_dialect_sends():
    class Admits:
        @hookimpl
        def policy_admit(self, call):
            call.request().keep(ORIGINAL)

    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream), policies={"keeps": Admits}) as x:
        result = await send(x, chat())
    assert result.header("x-crossroads-changed") == "their_field=dropped"
