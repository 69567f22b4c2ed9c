"""Bookend AI: its format over the documented request and reply."""

from crossroads_bookend.embeddings import BookendEmbeddings

from crossroads.testing import embeddings_conformance
from crossroads.testing.rows import called

TestEmbeddings = embeddings_conformance(
    BookendEmbeddings,
    "bookend",
    own={"text": "x", "instruction": "Represent the text"},
    told=[{"data": [0.5, 1.0]}],
    path="/models/predict?model_id=m&task=embeddings",
    sent={"text": "x"},
    refused=({"input": [1, 2]}, {"input": ["x", "y"]}, {"encoding_format": "int8"}),
    used=None,
)


async def test_the_token_is_sent_as_it_is():
    _, sent = await called("bookend", "embeddings", [{"data": [0.5]}])
    assert sent.header("authorization") == "Basic none"
