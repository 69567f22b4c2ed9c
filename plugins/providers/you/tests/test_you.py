"""You.com's answers and research: what goes out for each, what is refused, what comes back, and the package at work."""

import json

import pytest
from crossroads_you.chat import YouChat

from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing import dialect_conformance
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestYou = dialect_conformance(YouChat)

ASKS = YouChat()
HI = {"role": "user", "content": "Capital?"}
ANSWER = {
    "answer": "Bern [1].",
    "citations": [{"source": "https://b.example", "excerpts": ["Bern is", "the capital"]}, {"excerpts": []}, 7],
    "results": {"web": []},
}
SHAPE = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}


def drafted(upstream, *messages, **fields):
    body = json.dumps({"messages": list(messages or [HI]), **fields}).encode()
    return ASKS.splice_request(ASKS.open(body), url="https://api.you.com/v1", upstream=upstream)


def test_an_answer_takes_a_question_and_its_own_words():
    draft = drafted("answer", HI, freshness="week", temperature=0.5)
    assert (draft.url, draft.document) == ("https://api.you.com/v1/answer", {"query": "Capital?", "freshness": "week"})
    assert [(lost.field, lost.how) for lost in draft.lost] == [("temperature", "dropped")]


def test_research_takes_a_conversation_an_effort_and_a_schema():
    draft = drafted("research-deep", HI, {"role": "assistant", "content": "Of?"}, HI, response_format=SHAPE)
    assert draft.url == "https://api.you.com/v1/research"
    assert draft.document == {
        "input": "User: Capital?\n\nAssistant: Of?\n\nUser: Capital?\n\nAssistant:",
        "research_effort": "deep",
        "output_schema": {"type": "object"},
    }


@pytest.mark.parametrize(
    ("upstream", "fields"),
    [
        ("answer", {"response_format": SHAPE}),
        ("research-lite", {"response_format": SHAPE}),
        ("research-deep", {"response_format": {"type": "json_object"}}),
        ("answer", {"messages": [{"role": "user", "content": "x" * 401}]}),
        ("research-deep", {"messages": [{"role": "user", "content": "x" * 40_001}]}),
    ],
)
def test_what_it_does_not_take_is_refused(upstream, fields):
    with pytest.raises(Unsupported):
        drafted(upstream, *fields.pop("messages", []), **fields)


def test_an_answer_names_its_sources():
    (choice,) = ASKS.decode_response(json.dumps(ANSWER).encode()).document["choices"]
    assert choice["message"]["content"] == "Bern [1]."
    (note,) = choice["message"]["annotations"]
    assert note["url_citation"] == {"url": "https://b.example", "content": "Bern is\nthe capital"}


def test_research_is_a_text_or_the_object_that_was_asked_for():
    for content, text in (("Bern.", "Bern."), ({"city": "Bern"}, '{"city":"Bern"}')):
        told = {"output": {"content": content, "content_type": "text", "sources": [{"url": "https://b", "title": "B"}]}}
        (choice,) = ASKS.decode_response(json.dumps(told).encode()).document["choices"]
        assert (choice["message"]["content"], len(choice["message"]["annotations"])) == (text, 1)
    with pytest.raises(BadUpstream):
        ASKS.decode_response(b'{"output": {"content": 3}}')


async def test_the_package_asks_with_its_key_and_a_search_is_paid():
    async with ScriptedProvider() as upstream:
        upstream.script(said(ANSWER))
        body = json.dumps({"model": "you/answer", "messages": [HI]}).encode()
        got = await served("you", upstream, "openai-chat", body)
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Bern [1]."
    assert got.cost_nano == 5_000_000
    assert (sent.path.rpartition("/")[2], sent.header("x-api-key")) == ("answer", "none")
    assert sent.json == {"query": "Capital?"}
