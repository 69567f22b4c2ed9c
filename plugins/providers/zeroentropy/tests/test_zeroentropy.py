"""ZeroEntropy: its formats over the documented requests and replies."""

from crossroads_zeroentropy.embeddings import ZeroEntropyEmbeddings
from crossroads_zeroentropy.rerank import ZeroEntropyRerank

from crossroads.testing import embeddings_conformance, rerank_conformance
from crossroads.testing.rows import drafted

TestEmbeddings = embeddings_conformance(
    ZeroEntropyEmbeddings,
    "zeroentropy",
    own={"model": "m", "input": ["x"], "input_type": "query", "encoding_format": "base64", "latency": "slow"},
    told={"results": [{"embedding": [0.5, 1.0]}], "usage": {"total_bytes": 1, "total_tokens": 3}},
    path="/models/embed",
    asked={"dimensions": 40},
    sent={"model": "m", "input": ["x"], "input_type": "document", "dimensions": 40},
)
TestRerank = rerank_conformance(
    ZeroEntropyRerank,
    "zeroentropy",
    own={"model": "m", "query": "q", "documents": ["x", "y"], "top_n": 1, "latency": "fast"},
    told={"results": [{"index": 1, "relevance_score": 0.9}], "total_bytes": 2, "total_tokens": 7},
    path="/models/rerank",
    asked={"top_n": 1},
    sent={"model": "m", "query": "q", "documents": ["x", "y"], "top_n": 1},
)


def test_a_purpose_that_nobody_stated_is_told():
    embeds = ZeroEntropyEmbeddings()
    assert [(lost.field, lost.how) for lost in drafted(embeds).lost] == [("input_type", "emulated")]
    assert drafted(embeds, input_type="search_query").document["input_type"] == "query"
