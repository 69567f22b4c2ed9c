"""A vendor's own embeddings as words: what the words choose."""

import json

import pytest
from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing.rows import drafted


class Floats(VendorEmbeddings):
    name = "northwind-embeddings"
    upstream_path = "/embed"
    places = {"encoding_format": "format", "input": "text.value", "model": "model"}
    single = True


class Both(Floats):
    formats = ("float", "base64")


def test_a_client_that_asks_for_base64_of_a_vendor_of_numbers_gets_those_and_is_told():
    draft = drafted(Floats(), encoding_format="base64")
    assert draft.document == {"model": "m", "text": {"value": "x"}}
    assert [(lost.field, lost.how) for lost in draft.lost] == [("encoding_format", "dropped")]
    assert drafted(Both(), encoding_format="base64").document["format"] == "base64"


def test_several_texts_for_a_vendor_of_one_a_call_are_refused():
    assert drafted(Floats(), input=["x"]).document["text"] == {"value": "x"}
    with pytest.raises(Unsupported):
        drafted(Floats(), input=["x", "y"])


def test_embeddings_stand_in_the_order_of_their_texts():
    told = Floats().decode_response(b'{"data": [{"index": 1, "embedding": [2]}, {"index": 0, "embedding": [1]}]}')
    assert [row["embedding"] for row in told.document["data"]] == [[1], [2]]


@pytest.mark.parametrize("indices", [(0, 0), (1, 2), (0, "1"), (0, [1]), (0, True)])
def test_an_embedding_of_no_text_is_a_bad_upstream(indices):
    rows = [{"index": index, "embedding": [1]} for index in indices]
    with pytest.raises(BadUpstream):
        Floats().decode_response(json.dumps({"data": rows}).encode())
