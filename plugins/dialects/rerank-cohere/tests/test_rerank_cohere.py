"""Rerank: shipped vectors of three vendors, a fourth from its SDK, one canonical form, and each vendor's own bill."""

import json

import pytest
from crossroads_rerank_cohere import RerankCohere, RerankMixedbread, RerankTogether, RerankVoyage
from hypothesis import given
from hypothesis import strategies as st

from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.recordings import vectors
from crossroads.types.usage import Usage

TestRerankCohere = dialect_conformance(RerankCohere)
TestRerankTogether = dialect_conformance(RerankTogether)
TestRerankVoyage = dialect_conformance(RerankVoyage)
TestRerankMixedbread = dialect_conformance(RerankMixedbread)

COHERE, TOGETHER, VOYAGE = RerankCohere(), RerankTogether(), RerankVoyage()
MIXEDBREAD = RerankMixedbread()
WHERE = {"url": "https://rank.example/v1/rerank", "upstream": "small", "stream": False}
ASKED = {"model": "m/m", "query": "q", "documents": ["a", "b"], "top_n": 1}


def asked(**fields):
    return COHERE.decode_request(COHERE.open(json.dumps({**ASKED, **fields}).encode()))


@pytest.mark.parametrize(("dialect", "limit"), [(COHERE, "top_n"), (TOGETHER, "top_n"), (VOYAGE, "top_k")])
def test_one_request_in_the_words_of_each(dialect, limit):
    document = dialect.encode_request(asked(), **WHERE).document
    assert document == {"model": "small", "query": "q", "documents": ["a", "b"], limit: 1}


def test_an_object_goes_where_it_is_taken_and_its_text_elsewhere():
    rich = [{"text": "a", "title": "A"}]
    assert TOGETHER.encode_request(asked(documents=rich), **WHERE).document["documents"] == rich
    draft = COHERE.encode_request(asked(documents=rich), **WHERE)
    assert draft.document["documents"] == ["a"]
    assert [(one.field, one.how) for one in draft.lost] == [("documents.0", "dropped")]


def test_an_image_is_refused_where_only_texts_are_ranked():
    with pytest.raises(Unsupported):
        VOYAGE.encode_request(asked(documents=[{"image": "https://x.example/a.png"}]), **WHERE)


@pytest.mark.parametrize(
    ("dialect", "usage"),
    [(COHERE, Usage(searches=1)), (TOGETHER, Usage(input_tokens=2966)), (VOYAGE, Usage(input_tokens=57))],
)
def test_usage_is_counted_in_the_hosts_own_unit(dialect, usage):
    vector = vectors(dialect.name)[-1]
    reply = dialect.decode_response(vector.body)
    assert reply.usage == usage
    told = json.loads(COHERE.encode_response(reply, laws.STAMP))
    assert [row["index"] for row in told["results"]] == [row["index"] for row in reply.document["results"]]
    assert told["usage"]["cost"] is not None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"results": []}', b'{"results": [{"index": "0"}]}'])
def test_what_is_no_ranking_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        COHERE.decode_response(body)


def test_mixedbreads_words_for_it():
    draft = MIXEDBREAD.encode_request(
        asked(documents=["a", {"text": "b", "title": "B"}], return_documents=True), **WHERE
    )
    assert draft.document == {
        "model": "small",
        "query": "q",
        "input": ["a", {"text": "b", "title": "B"}],
        "top_k": 1,
        "return_input": True,
    }
    assert not draft.lost


RANKED = {
    "usage": {"prompt_tokens": 9, "total_tokens": 9},
    "model": "mixedbread-ai/mxbai-rerank-large-v2",
    "data": [
        {"index": 1, "score": 0.9, "input": "b", "object": "rank_result"},
        {"index": 0, "score": 0, "input": None},
    ],
    "object": "list",
    "top_k": 2,
    "return_input": True,
}


def test_mixedbreads_rows_are_read_as_everyones():
    reply = laws.both_paths_reply_the_same(MIXEDBREAD, json.dumps(RANKED).encode())
    assert reply.usage == Usage(input_tokens=9)
    told = json.loads(COHERE.encode_response(MIXEDBREAD.decode_response(json.dumps(RANKED).encode()), laws.STAMP))
    assert told["results"] == [
        {"index": 1, "relevance_score": 0.9, "document": {"text": "b"}},
        {"index": 0, "relevance_score": 0},
    ]


@pytest.mark.parametrize("stop", range(0, 200, 7))
def test_a_reply_cut_short_is_no_ranking(stop):
    with pytest.raises(BadUpstream):
        MIXEDBREAD.decode_response(json.dumps(RANKED).encode()[:stop])


TEXTS = st.text(max_size=12)
SENT = st.fixed_dictionaries(
    {"query": TEXTS, "input": st.lists(TEXTS | st.fixed_dictionaries({"text": TEXTS}), min_size=1, max_size=3)},
    optional={
        "top_k": st.none() | st.integers(1, 9),
        "return_input": st.booleans(),
        "model": st.text(min_size=1, max_size=12),
    },
)


@given(SENT)
def test_both_paths_send_the_same(body):
    laws.both_paths_send_the_same(MIXEDBREAD, json.dumps(body).encode())
