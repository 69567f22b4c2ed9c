"""What names a conversation, in the documented order, and never across callers."""

import json
from types import SimpleNamespace

import msgspec

from crossroads.call import LOCAL, Call, Caller, Opened, Principal
from crossroads.conversation import conversation


def named(*, header=None, principal=LOCAL, **body):
    fields = {name: msgspec.Raw(json.dumps(value).encode()) for name, value in body.items() if name != "session_id"}
    call = Call(
        id="gen-1",
        dialect=SimpleNamespace(operation="chat"),
        opened=Opened(fields=fields, session_id=body.get("session_id")),
        received_at=0.0,
        began=0.0,
        caller=Caller(session_id=header),
        principal=principal,
    )
    return conversation(call)


def said(*turns):
    return [{"role": role, "content": content} for role, content in turns]


def test_the_body_goes_before_the_header_and_the_header_before_the_cache_key():
    messages = said(("user", "hi"))
    everything = named(header="h", session_id="b", prompt_cache_key="k", messages=messages)
    assert everything == named(session_id="b", messages=said(("user", "other")))
    assert named(header="h", prompt_cache_key="k", messages=messages) == named(header="h")
    assert named(prompt_cache_key="k", messages=messages) == named(prompt_cache_key="k")
    assert len({everything, named(header="h"), named(prompt_cache_key="k"), named(messages=messages)}) == 4


def test_the_opening_ends_with_the_first_message_that_instructs_nobody():
    opening = (("system", "s"), ("developer", "d"), ("user", "hi"))
    assert named(messages=said(*opening)) == named(messages=said(*opening, ("assistant", "yes"), ("user", "more")))
    assert named(messages=said(*opening)) != named(messages=said(("system", "s"), ("developer", "d"), ("user", "ho")))
    assert named(system="a", messages=said(*opening)) != named(system="b", messages=said(*opening))


def test_two_callers_never_share_one():
    one, two = (Principal(name=name, key_id=name * 32) for name in "ab")
    assert named(session_id="s", principal=one) != named(session_id="s", principal=two)


def test_nothing_names_a_call_without_messages():
    assert named() is None
    assert named(messages="x") is None
    assert named(messages=[]) is None
