"""Chats that are text alone: what is asked, refused and reported, and how replies and streams are read."""

import json

import pytest
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.textchat import Said, TextChat, cited
from crossroads_openai_chat.turns import Turn, as_prompt, last_question, spoken, system_of, without_system

from crossroads.errors import BadUpstream, StreamCut, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage


class Northwind(TextChat):
    """Whole replies."""

    name = "northwind-chat"
    upstream_path = "/ask"
    vendor = "Northwind"
    places = {"temperature": "options.heat", "max_tokens": "options.most"}

    def asked(self, ask):
        return {"q": as_prompt(ask.turns, ask.lost), "model": ask.upstream}

    def told(self, document):
        if not isinstance(document.get("a"), str):
            return None
        return Said(
            text=document["a"], notes=cited(document.get("from")), usage=Usage(input_tokens=3, output_tokens=2), id="n"
        )


class Streaming(Northwind):
    """Events: a text each, then `end`."""

    streamed = True

    def heard(self, event):
        if event.name == "bad":
            raise broken("bad")
        if event.name == "end":
            return Said(ended=True, reason="max_tokens", usage=Usage(input_tokens=1, output_tokens=1), id="s")
        return Said(text=event.data.decode()) if event.data else None


class Gathered(Streaming):
    """Answers in events whatever is asked."""

    streamed, gathered = False, True


class Endless(Streaming):
    """No last event."""

    ends_framed = True


TestNorthwind = dialect_conformance(Northwind)
TestStreaming = dialect_conformance(Streaming)

HI = {"role": "user", "content": "Hi"}
TALK = [{"role": "developer", "content": "Be brief."}, HI, {"role": "assistant", "content": "Yes?"}, HI]
STREAM = b"data: Hel\n\n: ping\n\ndata: lo\n\nevent: end\ndata: {}\n\n"


def sent(dialect, *messages, stream=False, **fields):
    request = validate(ChatRequest, json.dumps({"messages": list(messages or [HI]), **fields}).encode())
    draft = dialect.encode_request(request, url="https://n.example/ask", upstream="m", stream=stream)
    return draft, [(lost.field, lost.how) for lost in draft.lost]


def test_a_plain_reply_to_a_request_for_a_stream_is_due_where_there_are_no_streams():
    assert Northwind().stream_type == "application/json"
    assert Streaming().stream_type.startswith("text/event-stream")


def test_words_stand_where_the_vendor_has_them_and_what_it_has_none_for_is_told():
    draft, lost = sent(
        Northwind(),
        temperature=0.5,
        max_completion_tokens=9,
        seed=0,
        logprobs=False,
        tone="dry",
        provider={"only": ["x"]},
    )
    assert draft.document == {"q": "Hi", "model": "m", "options": {"heat": 0.5, "most": 9}, "tone": "dry"}
    assert lost == [("seed", "dropped")]
    assert dict(draft.headers)[b"accept"] == b"application/json"


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 2},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_schema"}},
        {"messages": [{"role": "tool", "tool_call_id": "x", "content": "1"}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a"}}]}]},
    ],
)
def test_what_no_text_can_say_is_refused(fields):
    with pytest.raises(Unsupported):
        sent(Northwind(), *fields.pop("messages", []), **fields)


def test_a_conversation_is_one_prompt_or_its_last_question_and_that_is_told():
    draft, lost = sent(Northwind(), *TALK)
    assert draft.document["q"] == "System: Be brief.\n\nUser: Hi\n\nAssistant: Yes?\n\nUser: Hi\n\nAssistant:"
    assert lost == [("messages", "emulated")]
    turns = [Turn("system", "Be brief."), Turn("user", "Hi"), Turn("user", "Why?")]
    told = []
    assert (last_question(turns, told, "N"), [one.how for one in told]) == ("Why?", ["dropped"])
    assert (system_of(turns), spoken(turns)) == ("Be brief.", turns[1:])
    told = []
    assert (without_system(turns, told)[0], [one.how for one in told]) == (Turn("user", "Be brief."), ["emulated"])
    assert without_system(turns[1:], told) == turns[1:]
    with pytest.raises(Unsupported):
        last_question([Turn("assistant", "So")], [], "N")


def test_a_reply_is_its_text_with_its_sources_and_tokens():
    body = b'{"a": "Bern.", "from": [{"url": "https://b", "title": "B"}, {"title": "no url"}, 3]}'
    reply = Northwind().decode_response(body)
    (choice,) = reply.document["choices"]
    note = {"type": "url_citation", "url_citation": {"url": "https://b", "title": "B"}}
    assert choice["message"] == {"role": "assistant", "content": "Bern.", "annotations": [note]}
    assert (choice["finish_reason"], reply.usage.completion_tokens, reply.upstream_id) == ("stop", 2, "n")
    assert json.loads(Northwind().relay_response(body, laws.STAMP).body)["usage"]["total_tokens"] == 5


@pytest.mark.parametrize(
    ("body", "error"), [(b"{}", BadUpstream), (b"[]", BadUpstream), (b'{"error": "no credit"}', UpstreamRefused)]
)
def test_what_is_no_answer_is_an_error(body, error):
    with pytest.raises(error):
        Northwind().decode_response(body)


def test_a_client_that_wants_a_stream_of_whole_replies_has_one():
    chunks, decoder = laws.decode_all(Northwind(), [b'{"a": "Be', b'rn."}'])
    assert [one["choices"][0]["delta"]["content"] for one in chunks[:1]] == ["Bern."]
    assert (chunks[0]["choices"][0]["finish_reason"], chunks[-1]["usage"]["total_tokens"]) == ("stop", 5)
    assert decoder.usage == Usage(input_tokens=3, output_tokens=2)


def test_a_stream_is_its_texts_its_end_and_what_was_counted_whatever_its_pieces():
    for pieces in ([STREAM], [STREAM[i : i + 1] for i in range(len(STREAM))]):
        chunks, decoder = laws.decode_all(Streaming(), pieces)
        *texts, end, counted = chunks
        assert "".join(one["choices"][0]["delta"]["content"] for one in texts) == "Hello"
        assert (end["choices"][0]["finish_reason"], counted["usage"]["total_tokens"]) == ("length", 2)
        assert decoder.upstream_id == "s"


def test_a_cut_stream_is_never_complete_but_where_framing_is_its_end():
    cut = STREAM[: STREAM.index(b"event: end")]
    assert isinstance(laws.decode_all(Streaming(), [cut])[1], StreamCut)
    assert isinstance(laws.decode_all(Endless(), [cut], framed=False)[1], StreamCut)
    chunks, decoder = laws.decode_all(Endless(), [cut])
    assert (chunks[-1]["choices"][0]["finish_reason"], decoder.finish_reason) == ("stop", "stop")
    assert isinstance(laws.decode_all(Streaming(), [b"event: bad\ndata: x"])[1], StreamCut)


def test_an_error_in_a_stream_leaves_after_what_came_before_it():
    chunks, error = laws.decode_all(Streaming(), [b"data: a\n\nevent: bad\ndata: x\n\n"])
    assert (len(chunks), type(error)) == (1, BadUpstream)


def test_a_reply_that_comes_in_events_is_gathered():
    assert dict(sent(Gathered())[0].headers)[b"accept"] == b"text/event-stream"
    reply = Gathered().decode_response(STREAM)
    (choice,) = reply.document["choices"]
    assert (choice["message"]["content"], choice["finish_reason"], reply.upstream_id) == ("Hello", "length", "s")
    assert Gathered().decode_response(b'{"a": "whole"}').document["choices"][0]["message"]["content"] == "whole"
    with pytest.raises(StreamCut):
        Gathered().decode_response(STREAM[:12])


class Seeing(Northwind):
    """Takes images beside the question."""

    beside = frozenset({"image_url"})

    def asked(self, ask):
        parts = ask.fields["messages"][0]["content"]
        return {**super().asked(ask), "seen": sum(part["type"] == "image_url" for part in parts)}


def test_parts_that_a_vendor_takes_beside_the_text_are_left_to_it():
    image = {"type": "image_url", "image_url": {"url": "https://a.example/x.png"}}
    asked = {"messages": [{"role": "user", "content": [image, {"type": "text", "text": "What is it?"}]}]}
    request = validate(ChatRequest, json.dumps(asked).encode())
    draft = Seeing().encode_request(request, url="u", upstream="m", stream=False)
    assert draft.document == {"q": "What is it?", "model": "m", "seen": 1}
    with pytest.raises(Unsupported):
        Northwind().encode_request(request, url="u", upstream="m", stream=False)
