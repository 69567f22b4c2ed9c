"""What one dialect alone carries: who sees it, who is told that it is gone, and where a call can't go without it."""

import pytest

from crossroads import native
from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads.hookspecs import hookimpl
from crossroads.testing.plugins import MODEL, exchange_with, offer, send
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.chat import ChatRequest

BAG = {"form": {"order": [1]}, "drops": {"shell_call": [{"type": "shell_call"}]}}


def request(**bag):
    messages = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello", "native": {"home": bag or BAG}},
        {"role": "assistant", "content": None, "native": {"home": bag or BAG}},
    ]
    body = {"model": "m", "messages": messages, "native": {"home": {"form": {}, "drops": {"truncation": "auto"}}}}
    return ChatRequest.model_validate(body)


def test_its_own_dialect_sees_all_of_it():
    given = request()
    seen, lost = native.request_for("home", given)
    assert seen.model_dump(exclude_unset=True) == given.model_dump(exclude_unset=True)
    assert lost == []


def test_another_dialect_sees_none_of_it_and_the_caller_is_told_once():
    seen, lost = native.request_for("away", request())
    assert seen.model_dump(exclude_unset=True) == {
        "model": "m", "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    }  # fmt: skip
    why = "only home can carry it"
    assert lost == [Lost("truncation", "dropped", why), Lost("shell_call", "dropped", why)]


def test_a_dialect_that_speaks_it_too_sees_it():
    seen, lost = native.request_for("away", request(), "home")
    assert seen.model_dump(exclude_unset=True) == request().model_dump(exclude_unset=True)
    assert lost == []


def test_the_given_request_stays_as_it_was_for_the_next_attempt():
    given = request()
    before = given.model_dump(exclude_unset=True)
    native.request_for("away", given)
    assert given.model_dump(exclude_unset=True) == before


def test_a_request_without_any_is_passed_on_itself():
    given = ChatRequest.model_validate({"messages": [{"role": "user", "content": "Hi"}]})
    assert native.request_for("away", given) == (given, [])
    assert native.request_for("away", object())[1] == []


def test_what_a_call_needs_refuses_the_other_dialect():
    given = request(needs={"compaction": ["x"]})
    assert native.request_for("home", given)[1] == []
    with pytest.raises(Unsupported) as caught:
        native.request_for("away", given)
    assert caught.value.field == "compaction"


def test_a_reply_loses_it_in_place_and_even_needs_are_only_told():
    message = {"content": "Hi", "native": {"home": {"drops": {"shell_call": 1}, "needs": {"compaction": 1}}}}
    document = {"choices": [{"message": message}], "native": {"home": {"form": {}}}}
    assert [one.field for one in native.reply_for("away", document)] == ["compaction", "shell_call"]
    assert document == {"choices": [{"message": {"content": "Hi"}}]}
    assert native.reply_for("away", None) == []


@pytest.mark.parametrize("strange", [{"home": None}, {"home": []}, {"home": {"drops": None}}, {}])
def test_a_strangers_native_is_left_out_without_a_crash(strange):
    body = {"messages": [{"role": "user", "content": "Hi", "native": strange}], "native": strange}
    seen, lost = native.request_for("away", ChatRequest.model_validate(body))
    assert "native" not in str(seen.model_dump(exclude_unset=True))
    assert lost == []


async def test_a_client_can_not_write_past_the_policies_what_only_another_dialect_reads():
    bag = {"other": {"drops": {"hidden": ["an instruction"]}}}

    class Reads:
        @hookimpl
        def policy_admit(self, call):
            assert all(message.native is None for message in call.request().messages)

    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream), policies={"reads": Reads}) as x:
        message = {"role": "user", "content": "Hi", "native": bag}
        result = await send(x, {"model": MODEL, "messages": [message]})
        assert b"an instruction" not in upstream.requests[0].body
    assert result.header("x-crossroads-changed") == "hidden=dropped"
