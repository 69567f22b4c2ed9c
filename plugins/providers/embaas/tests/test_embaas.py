"""embaas: its format over the documented request and reply."""

from crossroads_embaas.embeddings import EmbaasEmbeddings

from crossroads.testing import embeddings_conformance
from crossroads.testing.rows import drafted

TestEmbeddings = embeddings_conformance(
    EmbaasEmbeddings,
    "embaas",
    own={"model": "m", "texts": ["x"], "instruction": "Represent the document for retrieval"},
    told={
        "data": [{"embedding": [0.5, 1.0], "index": 0, "was_truncated": False}],
        "model": "m",
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    },
    path="/embeddings/",
    sent={"model": "m", "texts": ["x"]},
)


def test_what_it_has_no_word_for_is_told():
    lost = drafted(EmbaasEmbeddings(), dimensions=4, input_type="query").lost
    assert [(one.field, one.how) for one in lost] == [("dimensions", "dropped"), ("input_type", "dropped")]
