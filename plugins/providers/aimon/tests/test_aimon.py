"""AIMon: its format over the documented request and reply."""

import pytest
from crossroads_aimon.rerank import TASK, AIMonRerank

from crossroads.errors import BadRequest, BadUpstream
from crossroads.testing import rerank_conformance
from crossroads.testing.rows import called, drafted

TestRerank = rerank_conformance(
    AIMonRerank,
    "aimon",
    own={"queries": ["q"], "context_docs": ["x", "y"], "task_definition": "t", "model_type": "k"},
    told=[[50.0, 75]],
    path="/v1/rerank-icl",
    asked={"task_definition": "t"},
    sent={"queries": ["q"], "context_docs": ["x", "y"], "task_definition": "t"},
    used=None,
    ranks=({"index": 1, "relevance_score": 0.75}, {"index": 0, "relevance_score": 0.5}),
)


def test_who_defines_no_task_has_the_usual_one_and_is_told():
    draft = drafted(AIMonRerank(), top_n=1)
    assert draft.document["task_definition"] == TASK
    assert [(lost.field, lost.how) for lost in draft.lost] == [("top_n", "dropped"), ("task_definition", "emulated")]


@pytest.mark.parametrize("body", [b"[[]]", b"[[1],[2]]", b'[["1"]]', b"[[true]]", b"[[1%s]]" % (b"0" * 400)])
def test_scores_of_another_shape_are_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        AIMonRerank().decode_response(body)


def test_several_queries_at_once_are_refused():
    with pytest.raises(BadRequest):
        AIMonRerank().open(b'{"queries":["a","b"],"context_docs":["x"],"task_definition":"t"}')


async def test_its_key_is_a_bearer_token():
    _, sent = await called("aimon", "rerank", [[1.0, 2.0]])
    assert sent.header("authorization") == "Bearer none"
