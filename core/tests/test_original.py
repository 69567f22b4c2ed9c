"""What a dialect keeps beside a typed request: for itself alone."""

import json

from crossroads.hookspecs import hookimpl
from crossroads.original import Original, Span, in_pieces, unchanged, unsaid_by, written_in
from crossroads.testing.plugins import chat, exchange_with, offer, send
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.base import validate
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


async def test_a_name_that_a_caller_made_up_is_no_header_and_no_megabyte():
    names = ("a\r\nset-cookie: b", *(f"{number}" + "x" * 10_000 for number in range(1000)))

    class Admits:
        @hookimpl
        def policy_admit(self, call):
            call.request().keep(Original("northwind", {}, names))

    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream), policies={"keeps": Admits}) as x:
        result = await send(x, chat())
    told = result.header("x-crossroads-changed")
    assert told.startswith("a  set-cookie: b=dropped, ")
    assert len(told) < 8_000


def test_only_its_own_dialect_gets_it_back_and_the_others_are_told():
    request = request_with_original()
    assert written_in(request, "other", "northwind") is ORIGINAL.document
    assert written_in(request, "other") is None
    assert unsaid_by(request, "northwind") == []
    assert [lost.field for lost in unsaid_by(request, "other")] == ["their_field"]
    assert (written_in(object(), "northwind"), unsaid_by(object(), "northwind")) == (None, [])


def test_what_stands_beside_an_original_and_what_says_nothing_is_no_change():
    assert unchanged({"a": 1, "model": "m"}, {"a": 1, "b": None}, {"model"})
    assert not unchanged({"a": 1}, {"a": 2})
    assert not unchanged({}, {"a": 1})


ONE, TWO, THREE = ({"role": "user", "content": text} for text in "abc")
SPANS = [Span("1", [ONE]), Span("no words", []), Span("2+3", [TWO, THREE]), Span("last", [])]


def pieces(messages):
    return [span.source if span else messages[at]["content"] for at, span in in_pieces(messages, SPANS)]


def test_messages_that_nobody_touched_come_in_the_spans_they_were_written_in():
    assert pieces([ONE, TWO, THREE]) == ["1", "no words", "2+3", "last"]


def test_a_changed_message_stands_alone_and_the_others_are_found_again():
    new = {"role": "user", "content": "new"}
    assert pieces([new, TWO, THREE]) == ["new", "no words", "2+3", "last"]
    assert pieces([ONE, new, TWO, THREE]) == ["1", "new", "no words", "2+3", "last"]
    assert pieces([ONE, TWO, new]) == ["1", "b", "new", "no words", "last"]
    assert pieces([]) == ["no words", "last"]


def test_a_span_is_used_once_and_only_forwards():
    assert pieces([TWO, THREE, ONE]) == ["no words", "2+3", "a", "last"]
    assert pieces([ONE, ONE]) == ["1", "a", "no words", "last"]
