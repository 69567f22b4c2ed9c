"""Text Embeddings Inference as an upstream: rows in, rows out."""

import pytest
from crossroads_tgi import TeiEmbed, TeiRerank

from crossroads.errors import UpstreamRefused
from crossroads.testing import embeddings_conformance, rerank_conformance
from crossroads.testing.rows import drafted
from crossroads.types.usage import Usage

TestTeiEmbed = embeddings_conformance(
    TeiEmbed,
    None,
    own={"inputs": ["a", "b"], "normalize": True},
    told=[[0.5, 1.0]],
    path="/embed",
    asked={"dimensions": 2},
    sent={"inputs": ["x"], "dimensions": 2},
    used=None,
)
TestTeiRerank = rerank_conformance(
    TeiRerank,
    "text-embeddings-inference",
    own={"query": "q", "texts": ["a", "b"], "raw_scores": True},
    told=[{"index": 1, "score": 0.9}],
    path="/rerank",
    sent={"query": "q", "texts": ["x", "y"]},
    used=None,
)


def test_it_ranks_all_and_the_caller_is_told():
    assert [(one.field, one.how) for one in drafted(TeiRerank(), top_n=1).lost] == [("top_n", "dropped")]


@pytest.mark.parametrize("dialect", [TeiEmbed(), TeiRerank()], ids=["embed", "rerank"])
def test_tokens_stand_in_a_header_and_an_error_is_one(dialect):
    assert dialect.usage_of(((b"x-compute-tokens", b"7"),)) == Usage(input_tokens=7)
    assert dialect.usage_of(()) is None
    with pytest.raises(UpstreamRefused, match="too long"):
        dialect.decode_response(b'{"error":"too long","error_type":"validation"}')
