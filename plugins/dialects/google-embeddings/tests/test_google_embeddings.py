"""Google's embeddings both ways, of the Gemini API and of Vertex AI; the recordings lie in the folders of its chat."""

import base64
import contextlib
import json
import struct

import pytest
from crossroads_google_embeddings import GoogleEmbeddings, VertexEmbeddings
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import recordings, vectors
from crossroads.types.base import validate
from crossroads.types.embeddings import EmbeddingRequest
from crossroads.types.usage import Usage

TestGoogleEmbeddings = dialect_conformance(GoogleEmbeddings)
TestVertexEmbeddings = dialect_conformance(VertexEmbeddings)

GEMINI, VERTEX = GoogleEmbeddings(), VertexEmbeddings()
BOTH = pytest.mark.parametrize("dialect", [GEMINI, VERTEX], ids=lambda d: d.name)
URLS = {GEMINI: "https://g.example/v1beta/models/e:batchEmbedContents", VERTEX: "https://g.example/models/e:predict"}
ALL = [
    *((GEMINI, one) for one in vectors(GEMINI.name)),
    *((VERTEX, one) for one in vectors(VERTEX.name)),
    *((GEMINI, one) for one in recordings("google-gemini") if one.request and b'"values"' in one.body[:2000]),
    *((VERTEX, one) for one in recordings("google-vertex") if one.request and b'"predictions"' in one.body),
]
RELAXED = settings(max_examples=60, deadline=None)


def name_of(value):
    return getattr(value, "name", None)


def sent(dialect, request):
    draft = dialect.encode_request(request, url=URLS[dialect], upstream="e", stream=False)
    return json.loads(jsonbody.encode(draft.document)), draft


def encoded(dialect, **fields):
    return sent(dialect, validate(EmbeddingRequest, json.dumps({"input": "hi", **fields}).encode()))


def decoded(dialect, **body):
    return dialect.decode_request(dialect.open(json.dumps(body).encode(), {"model": "e"}))


@pytest.mark.parametrize(("dialect", "one"), [(d, one) for d, one in ALL if one.status == 200], ids=name_of)
def test_a_recorded_reply_loses_nothing(dialect, one):
    laws.both_paths_reply_the_same(dialect, one.body)
    raw, reply = json.loads(one.body), dialect.decode_response(one.body)
    told = raw.get("embeddings") or [raw["embedding"]] if dialect is GEMINI else raw["predictions"]
    want = [(row if dialect is GEMINI else row["embeddings"])["values"] for row in told]
    assert [row["embedding"] for row in reply.document["data"]] == want
    if dialect is VERTEX:
        counts = [row["embeddings"]["statistics"]["token_count"] for row in told]
        assert reply.usage == Usage(input_tokens=sum(counts))
    elif "usageMetadata" in raw:
        assert reply.usage == Usage(input_tokens=raw["usageMetadata"]["promptTokenCount"])
    else:
        assert reply.usage is None


@pytest.mark.parametrize(("dialect", "one"), ALL, ids=name_of)
def test_a_recorded_request_goes_out_as_it_came_by_both_ways(dialect, one):
    opened = dialect.open(one.request, {"model": "e"})
    spliced = dialect.splice_request(opened, url=URLS[dialect], upstream="e")
    document, draft = sent(dialect, dialect.decode_request(opened))
    assert (draft.url, draft.lost) == (spliced.url, [])
    want = json.loads(one.request)
    for each in (want, *want.get("requests", [])):
        if "model" in each:
            each["model"] = "models/e"
    assert document == json.loads(jsonbody.encode(spliced.document)) == want


@pytest.mark.parametrize(("dialect", "one"), [(d, one) for d, one in ALL if one.status != 200], ids=name_of)
def test_a_recorded_error_is_a_canonical_one(dialect, one):
    error = dialect.decode_error(one.status, one.headers, one.body)
    assert error.code == ("not_found" if one.status == 404 else "provider_unavailable"), error.code


def test_a_text_of_another_client_is_a_batch_of_one():
    document, draft = encoded(GEMINI, dimensions=8, input_type="search_query", user="u", encoding_format="base64")
    said = {"parts": [{"text": "hi"}]}
    asked = {"model": "models/e", "content": said, "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 8}
    assert document == {"requests": [asked]}
    assert draft.url.endswith("/models/e:batchEmbedContents")
    assert {(one.field, one.how) for one in draft.lost} == {("user", "dropped"), ("encoding_format", "dropped")}


def test_a_text_of_another_client_is_an_instance_of_vertex():
    document, draft = encoded(VERTEX, input=["a", "b"], dimensions=8, input_type="clustering", encoding_format="float")
    instances = [{"content": text, "task_type": "CLUSTERING"} for text in "ab"]
    assert document == {"instances": instances, "parameters": {"outputDimensionality": 8}}
    assert (draft.url, draft.lost) == (URLS[VERTEX], [])


def test_parts_of_one_content_make_one_input_and_go_back_so():
    body = {"content": {"parts": [{"text": "a"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}}
    request = decoded(GEMINI, **body)
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert [one.content for one in request.input] == [[{"type": "text", "text": "a"}, image]]
    fresh = validate(EmbeddingRequest, request.model_dump_json(exclude_unset=True).encode())
    assert sent(GEMINI, fresh)[0]["requests"][0]["content"] == body["content"]


def test_one_content_is_asked_for_by_its_own_verb():
    document, draft = sent(GEMINI, decoded(GEMINI, content={"parts": [{"text": "a"}]}, task_type="RETRIEVAL_DOCUMENT"))
    assert document == {"content": {"parts": [{"text": "a"}]}, "taskType": "RETRIEVAL_DOCUMENT"}
    assert draft.url == "https://g.example/v1beta/models/e:embedContent"


def test_what_only_google_has_words_for_is_named_and_never_silently_lost():
    texts = [{"content": {"parts": [{"text": text}]}, "taskType": task} for text, task in ("aX", "bY")]
    request = decoded(GEMINI, requests=[{**texts[0], "title": "t"}, texts[1]])
    assert set(request.original.unsaid) == {"taskType", "title"}
    document, draft = sent(GEMINI, request.model_copy(update={"dimensions": 4}))
    assert [one["outputDimensionality"] for one in document["requests"]] == [4, 4]
    assert {one.field for one in draft.lost} == {"taskType", "title"}
    assert decoded(VERTEX, instances=[{"content": "a", "title": "t"}]).original.unsaid == ("title",)


@BOTH
@pytest.mark.parametrize("tokens", [[1, 2], [[1], [2]]])
def test_token_ids_are_refused(dialect, tokens):
    with pytest.raises(Unsupported, match="token ids"):
        encoded(dialect, input=tokens)


def test_an_image_is_not_for_vertex():
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    with pytest.raises(Unsupported, match="embeds texts"):
        encoded(VERTEX, input=[{"content": [part]}])


@BOTH
@pytest.mark.parametrize("body", [{}, {"requests": []}, {"instances": [{}]}, {"requests": [1], "instances": 1}])
def test_a_wrong_body_is_a_bad_request(dialect, body):
    with pytest.raises(BadRequest):
        decoded(dialect, **body)


def test_a_bare_name_is_googles_and_fallbacks_follow():
    opened = GEMINI.open(b'{"content":{},"models":["acme/e"]}', {"model": "models/e"})
    assert opened.models == ("e", "google/e", "acme/e")


@BOTH
@RELAXED
@given(st.lists(st.lists(st.floats(-1, 1), min_size=1, max_size=3), min_size=1, max_size=3), st.booleans())
def test_what_is_carried_of_a_reply_comes_back_from_it(dialect, rows, told):
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    reply = Reply(document={"data": data}, usage=Usage(input_tokens=7) if told else None)
    back = dialect.decode_response(dialect.encode_response(reply, laws.STAMP))
    assert (back.document["data"], back.usage) == (data, reply.usage)


def test_base64_of_another_upstream_becomes_numbers():
    row = base64.b64encode(struct.pack("<2f", 0.5, -1)).decode()
    reply = Reply(document={"data": [{"embedding": row}]}, usage=Usage(input_tokens=2))
    told = json.loads(GEMINI.encode_response(reply, laws.STAMP))
    assert told["embedding"] == told["embeddings"][0] == {"values": [0.5, -1]}
    assert told["usageMetadata"]["cost"]


@BOTH
@RELAXED
@given(st.data())
def test_any_reply_is_read_or_is_the_providers_fault(dialect, data):
    body = data.draw(st.binary(max_size=40) | mutilated([one.body for d, one in ALL[:5] if d is dialect]))
    with contextlib.suppress(UpstreamError):
        laws.both_paths_reply_the_same(dialect, body, mutilated=True)


@BOTH
@RELAXED
@given(st.data())
def test_any_request_is_read_or_is_the_callers_fault(dialect, data):
    body = data.draw(mutilated([one.request for d, one in ALL[:5] if d is dialect]))
    with contextlib.suppress(BadRequest):
        sent(dialect, dialect.decode_request(dialect.open(body, {"model": "e"})))


@BOTH
def test_a_reply_without_rows_is_broken(dialect):
    with pytest.raises(BadUpstream, match="no embeddings"):
        dialect.decode_response(b"{}")
