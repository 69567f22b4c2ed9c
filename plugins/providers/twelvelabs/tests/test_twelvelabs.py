"""TwelveLabs: its format over the documented request and reply."""

import json

from crossroads_twelvelabs.embeddings import TwelveLabsEmbeddings

from crossroads import jsonbody
from crossroads.testing import embeddings_conformance
from crossroads.testing.rows import called, drafted

TOLD = {
    "data": [{"embedding": [0.5, 1.0], "embedding_option": None, "start_sec": None}],
    "usage": {"input_tokens": {"text": 3}, "truncated": False},
}
TestEmbeddings = embeddings_conformance(
    TwelveLabsEmbeddings,
    "twelvelabs",
    own={
        "input_type": "multi_input",
        "model_name": "m",
        "multi_input": {"input_text": "x"},
        "auto_truncate": True,
        "embedding_dimension": 256,
    },
    told=TOLD,
    path="/embed-v2",
    asked={"dimensions": 256},
    sent={
        "input_type": "multi_input",
        "model_name": "m",
        "multi_input": {"input_text": "x"},
        "embedding_dimension": 256,
    },
    refused=({"input": [1, 2]}, {"input": ["x", "y"]}, {"encoding_format": "int8"}),
)


def test_marengo_3_0_looks_for_it_elsewhere():
    own = {"input_type": "text", "model_name": "marengo3.0", "text": {"input_text": "x"}}
    dialect = TwelveLabsEmbeddings()
    opened = dialect.open(json.dumps(own).encode())
    assert opened.models == ("marengo3.0",)
    draft = dialect.splice_request(opened, url="u", upstream="marengo3.0")
    assert json.loads(jsonbody.encode(draft.document)) == own


def test_the_reply_of_a_model_that_counts_nothing_has_no_usage():
    reply = TwelveLabsEmbeddings().decode_response(b'{"data":[{"embedding":[0.5]}]}')
    assert reply.usage is None


async def test_what_a_text_is_for_stays_behind_and_the_key_is_in_its_header():
    _, sent = await called("twelvelabs", "embeddings", TOLD, input_type="query")
    assert sent.json["input_type"] == "multi_input"
    assert sent.header("x-api-key") == "none"
    assert [lost.field for lost in drafted(TwelveLabsEmbeddings(), input_type="query").lost] == ["input_type"]
