"""Voyage's embeddings: OpenAI's laws, and the fields that have another name."""

import json

import pytest
from crossroads_openai_embeddings import OpenAIEmbeddings
from crossroads_openai_embeddings.voyage import VoyageEmbeddings
from hypothesis import given
from hypothesis import strategies as st

from crossroads.errors import Unsupported
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.recordings import vectors
from crossroads.types.usage import Usage

TestVoyageEmbeddings = dialect_conformance(VoyageEmbeddings)

OPENAI, VOYAGE = OpenAIEmbeddings(), VoyageEmbeddings()
WHERE = {"url": "https://embed.example/v1/embeddings", "upstream": "small"}
VECTORS = {vector.name: vector for vector in vectors("voyage-embeddings")}


def sent(**fields):
    """What an OpenAI client's request becomes."""
    asked = OPENAI.decode_request(OPENAI.open(json.dumps({"model": "m/m", "input": ["a"], **fields}).encode()))
    return VOYAGE.encode_request(asked, **WHERE, stream=False)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_vectors_keep_the_laws(vector):
    if vector.request:
        laws.both_paths_send_the_same(VOYAGE, vector.request)
    before = json.loads(vector.body)
    reply = laws.both_paths_reply_the_same(VOYAGE, vector.body)
    assert json.loads(reply.body)["data"] == before["data"]
    assert reply.usage == Usage(input_tokens=before["usage"]["total_tokens"])


def test_an_openai_clients_words_become_voyages():
    draft = sent(dimensions=256, encoding_format="base64", input_type="query")
    assert draft.document == {
        "model": "small",
        "input": ["a"],
        "output_dimension": 256,
        "encoding_format": "base64",
        "input_type": "query",
    }
    assert not draft.lost


def test_numbers_are_what_comes_unasked():
    assert sent(encoding_format="float").document == {"model": "small", "input": ["a"]}


def test_nobody_is_named_and_that_is_said():
    draft = sent(user="u")
    assert "user" not in draft.document
    assert [(one.field, one.how) for one in draft.lost] == [("user", "dropped")]


@pytest.mark.parametrize("value", [[1, 2], [[1], [2]], [{"content": [{"type": "text", "text": "a"}]}]])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(Unsupported) as caught:
        sent(input=value)
    assert caught.value.field == "input.0"


TEXTS = st.text(max_size=20)
ASKED = st.fixed_dictionaries(
    {"input": TEXTS | st.lists(TEXTS, min_size=1, max_size=3)},
    optional={
        "dimensions": st.none() | st.integers(1, 4096),
        "encoding_format": st.none() | st.sampled_from(["float", "base64"]),
        "input_type": st.none() | st.sampled_from(["query", "document"]),
        "truncation": st.booleans(),
        "user": st.none() | TEXTS,
    },
)


@given(ASKED)
def test_both_paths_send_the_same(body):
    laws.both_paths_send_the_same(VOYAGE, json.dumps(body).encode())


@given(st.data())
def test_a_mutilated_reply_is_read_or_refused(data):
    whole = data.draw(st.sampled_from(list(VECTORS.values()))).body
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    broken = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    laws.both_paths_reply_the_same(VOYAGE, broken, mutilated=True)
