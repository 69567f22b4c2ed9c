"""Cohere's embeddings both ways; the recordings lie in the folder of its chat."""

import contextlib
import json

import pytest
from crossroads_cohere_embed import CohereEmbed
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.recordings import recordings, vectors
from crossroads.types.base import validate
from crossroads.types.embeddings import EmbeddingRequest
from crossroads.types.usage import Usage

TestCohereEmbed = dialect_conformance(CohereEmbed)

DIALECT = CohereEmbed()
WHERE = {"url": "https://api.northwind.example/v2/embed", "upstream": "embed-2"}
ALL = [
    *vectors("cohere-embed"),
    *(one for one in recordings("cohere-v2") if b'"embedding_types"' in (one.request or b"")),
]
RELAXED = settings(max_examples=60, deadline=None)


def encoded(**fields):
    request = validate(EmbeddingRequest, json.dumps(fields).encode())
    return DIALECT.encode_request(request, **WHERE, stream=False)


@pytest.mark.parametrize("one", [one for one in ALL if one.status == 200], ids=lambda one: one.name)
def test_a_recorded_reply_loses_nothing(one):
    laws.both_paths_reply_the_same(DIALECT, one.body)
    raw, reply = json.loads(one.body), DIALECT.decode_response(one.body)
    assert [row["embedding"] for row in reply.document["data"]] == raw["embeddings"]["float"]
    assert [row["index"] for row in reply.document["data"]] == list(range(len(raw["texts"])))
    assert reply.usage == Usage(input_tokens=raw["meta"]["billed_units"]["input_tokens"])


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_recorded_request_means_the_same_after_both_ways(one):
    opened = DIALECT.open(one.request)
    for draft in (
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=False),
        DIALECT.splice_request(opened, **WHERE),
    ):
        sent = json.loads(jsonbody.encode(draft.document))
        meant = {**json.loads(one.request), "model": "embed-2"}
        assert {k: v for k, v in sent.items() if v is not None} == {k: v for k, v in meant.items() if v is not None}
        assert draft.lost == []


@pytest.mark.parametrize("one", [one for one in ALL if one.status != 200], ids=lambda one: one.name)
def test_a_recorded_error_is_a_canonical_one(one):
    assert DIALECT.decode_error(one.status, one.headers, one.body).code == "not_found"


def test_a_text_is_a_list_of_one_and_what_cohere_insists_on_is_added_and_said():
    draft = encoded(model="m", input="hi", dimensions=8, user="u")
    assert draft.document == {
        "model": "embed-2",
        "texts": ["hi"],
        "output_dimension": 8,
        "input_type": "search_document",
        "embedding_types": ["float"],
    }
    assert {(one.field, one.how) for one in draft.lost} == {("user", "dropped"), ("input_type", "emulated")}


def test_mixed_inputs_keep_their_parts_and_images_become_such():
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    draft = encoded(model="m", input=[{"content": [part]}], input_type="image", encoding_format="base64")
    assert draft.document["inputs"] == [{"content": [part]}]
    assert draft.document["embedding_types"] == ["base64"]
    body = {"model": "m", "images": [part["image_url"]["url"]], "input_type": "image"}
    request = DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
    assert request.input[0].content == [part]


@pytest.mark.parametrize("tokens", [[1, 2], [[1], [2]]])
def test_token_ids_are_refused(tokens):
    with pytest.raises(Unsupported, match="token ids"):
        encoded(model="m", input=tokens)


def test_without_any_input_it_says_what_to_send():
    with pytest.raises(BadRequest, match="texts"):
        DIALECT.open(b'{"model":"m"}')


@RELAXED
@given(st.lists(st.lists(st.floats(-1, 1), min_size=1, max_size=3) | st.just("AACAPw=="), min_size=1, max_size=3))
def test_what_is_carried_of_a_reply_comes_back_from_it(rows):
    rows = [row for row in rows if type(row) is type(rows[0])]
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    usage = Usage(input_tokens=7)
    back = DIALECT.decode_response(DIALECT.encode_response(Reply(document={"data": data}, usage=usage), laws.STAMP))
    assert (back.document["data"], back.usage) == (data, usage)


@RELAXED
@given(st.binary(max_size=60) | st.sampled_from([b"{}", b'{"embeddings":{}}', b'{"embeddings":[null],"meta":1}']))
def test_any_reply_is_read_or_is_the_providers_fault(body):
    with contextlib.suppress(UpstreamError):
        DIALECT.decode_response(body)
    with contextlib.suppress(UpstreamError):
        DIALECT.relay_response(body, laws.STAMP)


def test_a_reply_without_rows_is_broken():
    with pytest.raises(BadUpstream, match="no embeddings"):
        DIALECT.decode_response(b'{"embeddings":{"float":[]}}')
