"""Embeddings: the laws on vectors and recordings, and what differs from chat."""

import json

import pytest
from crossroads_openai_embeddings import OpenAIEmbeddings

from crossroads.errors import BadRequest, BadUpstream
from crossroads.testing import laws
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors

DIALECT = OpenAIEmbeddings()
VECTORS = {vector.name: vector for vector in vectors("openai-embeddings")}


def keeps_the_laws(one):
    if one.request and one.status == 200:
        laws.both_paths_send_the_same(DIALECT, one.request)
    if one.status != 200:
        assert DIALECT.decode_error(one.status, one.headers, one.body).remedy
        return
    reply = laws.both_paths_reply_the_same(DIALECT, one.body)
    before, after = json.loads(one.body), json.loads(reply.body)
    assert after["data"] == before["data"]
    assert after["usage"]["prompt_tokens"] == before["usage"]["prompt_tokens"]


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_vectors_keep_the_laws(vector):
    keeps_the_laws(vector)


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
def test_every_recording_keeps_the_laws():
    for one in recordings("openai-embeddings"):
        keeps_the_laws(one)


PARTS = [{"content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "data:,"}}]}]


@pytest.mark.parametrize("value", ["a", ["a", "b"], [1, 2], [[1], [2]], PARTS])
def test_every_kind_of_input_is_sent_as_it_came(value):
    laws.both_paths_send_the_same(DIALECT, json.dumps({"input": value, "dimensions": 8}).encode())


@pytest.mark.parametrize("body", [b'{"model":"a"}', b'{"input":[]}', b'{"input":5}', b'{"input":"a","dimensions":0}'])
def test_a_wrong_field_is_named(body):
    with pytest.raises(BadRequest) as caught:
        DIALECT.open(body)
    assert caught.value.field in ("input", "dimensions")


@pytest.mark.parametrize("value", [[{"text": "a"}], [1.5], [[1], "a"], {"content": []}])
def test_validation_names_the_input(value):
    with pytest.raises(BadRequest) as caught:
        DIALECT.decode_request(DIALECT.open(json.dumps({"input": value}).encode()))
    assert caught.value.field.startswith("input")


def test_embeddings_never_stream():
    opened = DIALECT.open(b'{"input":"a","stream":true}')
    assert not opened.stream
    assert DIALECT.splice_request(opened, url="u", upstream="m").headers[1] == (b"accept", b"application/json")


def test_a_reply_without_rows_is_a_broken_upstream():
    for body in (b'{"object":"list"}', b'{"data":[]}', b'{"data":{}}'):
        with pytest.raises(BadUpstream):
            DIALECT.relay_response(body, laws.STAMP)
