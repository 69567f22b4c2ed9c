"""Text Embeddings Inference as an upstream: rows in, rows out."""

import json

import pytest
from crossroads_tgi import TeiEmbed, TeiRerank

from crossroads import jsonbody
from crossroads.errors import Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.types.usage import Usage

TestTeiEmbed = dialect_conformance(TeiEmbed)
TestTeiRerank = dialect_conformance(TeiRerank)

WHERE = {"url": "https://tei.northwind.example/x", "upstream": "u"}


def spliced(dialect, body):
    draft = dialect.splice_request(dialect.open(json.dumps(body).encode()), **WHERE)
    return json.loads(jsonbody.encode(draft.document)), [(one.field, one.how) for one in draft.lost]


def test_embeddings_are_rows_in_the_order_of_the_inputs():
    dialect = TeiEmbed()
    asked = {"model": "m", "input": ["a", "b"], "dimensions": 2, "user": "u"}
    assert spliced(dialect, asked) == ({"inputs": ["a", "b"], "dimensions": 2}, [("user", "dropped")])
    told = json.loads(dialect.relay_response(b"[[1,0.5],[2,3]]", laws.STAMP).body)
    assert [(row["index"], row["embedding"]) for row in told["data"]] == [(0, [1, 0.5]), (1, [2, 3])]
    assert told["model"] == "acme/small"
    for refused in ({"input": [[1, 2]]}, {"input": "a", "encoding_format": "base64"}):
        with pytest.raises(Unsupported):
            spliced(dialect, refused)


def test_ranks_are_scores_of_texts():
    dialect = TeiRerank()
    asked = {"model": "m", "query": "q", "documents": ["a", {"text": "b"}], "top_n": 1}
    assert spliced(dialect, asked) == ({"query": "q", "texts": ["a", "b"]}, [("top_n", "dropped")])
    told = json.loads(dialect.relay_response(b'[{"index":1,"score":0.9},{"index":0,"score":0.1}]', laws.STAMP).body)
    assert told["results"] == [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]
    with pytest.raises(Unsupported):
        spliced(dialect, {"query": "q", "documents": [{"image": "https://a"}]})


@pytest.mark.parametrize("dialect", [TeiEmbed(), TeiRerank()], ids=["embed", "rerank"])
def test_tokens_stand_in_a_header_and_what_is_no_row_is_refused(dialect):
    assert dialect.usage_of(((b"x-compute-tokens", b"7"),)) == Usage(input_tokens=7)
    assert dialect.usage_of(()) is None
    for body in (b"[]", b"{}", b"[1]", b'{"error":"too long","error_type":"validation"}'):
        with pytest.raises(UpstreamError):
            dialect.decode_response(body)
