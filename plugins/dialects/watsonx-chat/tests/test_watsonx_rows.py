"""watsonx.ai's embeddings and rerank over the documented requests and replies."""

import pytest
from crossroads_watsonx_chat import WatsonxEmbeddings, WatsonxRerank

from crossroads.errors import UpstreamRefused
from crossroads.testing import embeddings_conformance, rerank_conformance
from crossroads.testing.rows import drafted

TestWatsonxEmbeddings = embeddings_conformance(
    WatsonxEmbeddings,
    None,
    own={"model_id": "m", "inputs": ["x"], "project_id": "p", "parameters": {"truncate_input_tokens": 9}},
    told={"model_id": "m", "results": [{"embedding": [0.5, 1.0]}], "input_token_count": 3},
    path="/ml/v1/text/embeddings",
    sent={"model_id": "m", "inputs": ["x"]},
)
TestWatsonxRerank = rerank_conformance(
    WatsonxRerank,
    None,
    own={
        "model_id": "m",
        "query": "q",
        "inputs": [{"text": "x"}],
        "parameters": {"return_options": {"top_n": 1, "query": True}},
    },
    told={"results": [{"index": 1, "score": 0.9}], "input_token_count": 7},
    path="/ml/v1/text/rerank",
    asked={"top_n": 1},
    sent={
        "model_id": "m",
        "query": "q",
        "inputs": [{"text": "x"}, {"text": "y"}],
        "parameters": {"return_options": {"top_n": 1}},
    },
)


def test_what_it_has_no_word_for_is_told():
    assert [one.field for one in drafted(WatsonxEmbeddings(), dimensions=4, input_type="query").lost] == [
        "dimensions",
        "input_type",
    ]


def test_an_error_in_a_reply_is_one():
    with pytest.raises(UpstreamRefused, match="no such model"):
        WatsonxRerank().decode_response(b'{"errors":[{"code":"x","message":"no such model"}]}')
