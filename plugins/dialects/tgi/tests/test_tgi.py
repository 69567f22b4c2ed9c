"""Hugging Face's text generation: the laws, recorded exchanges read by hand, and what a request becomes."""

import contextlib
import json
from itertools import pairwise

import pytest
from crossroads_tgi import Tgi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody, native
from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, StreamCut, Unsupported, UpstreamError, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.completions import CompletionRequest
from crossroads.types.usage import Usage

TestTgi = dialect_conformance(Tgi)

DIALECT = Tgi()
VECTORS = {one.name: one for one in vectors("tgi")}
STREAMS = [VECTORS["stream"], VECTORS["words-stream"]]
REPLIES = [VECTORS["reply"], VECTORS["empty"]]
RELAXED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
URL = "https://tgi.northwind.example/generate"
USAGE = Usage(input_tokens=3, output_tokens=2)


def sent(url=URL, stream=False, **fields):
    request = validate(CompletionRequest, json.dumps({"prompt": "Hi", **fields}).encode())
    draft = DIALECT.encode_request(request, url=url, upstream="small-2", stream=stream)
    return json.loads(jsonbody.encode(draft.document)), [(one.field, one.how) for one in draft.lost], draft.url


def events(body):
    return [json.loads(line[5:]) for line in body.splitlines() if line.startswith(b"data:")]


@pytest.mark.parametrize("one", STREAMS, ids=lambda one: one.name)
def test_a_stream_loses_nothing(one):
    raw = events(one.body)
    documents, decoder = laws.decode_all(DIALECT, [one.body])
    text = "".join(event["token"]["text"] for event in raw if not event["token"]["special"])
    assert "".join(document["choices"][0]["text"] for document in documents) == text
    ended = (raw[-1]["details"] or {}).get("finish_reason")
    assert documents[-1]["choices"][0]["native_finish_reason"] == ended
    assert decoder.finish_reason == ("length" if ended == "length" else "stop")
    out, error = laws.relay_all(DIALECT, [one.body])
    assert error is None
    assert events(out) == raw
    laws.a_split_changes_nothing(DIALECT, one.body, range(0, len(one.body), 5))
    for cut in range(0, one.body.rindex(b'"generated_text":"'), 7):
        _, error = laws.relay_all(DIALECT, [one.body[:cut]])
        assert isinstance(error, StreamCut)


@pytest.mark.parametrize("one", REPLIES, ids=lambda one: one.name)
def test_a_reply_loses_nothing(one):
    raw = json.loads(one.body)[0]
    laws.both_paths_reply_the_same(DIALECT, one.body)
    laws.both_paths_send_the_same(DIALECT, one.request)
    assert DIALECT.decode_response(one.body).document["choices"][0]["text"] == raw["generated_text"]


def test_errors_are_told_in_a_body_and_in_a_stream():
    one = VECTORS["unknown-parameter"]
    error = DIALECT.decode_error(one.status, one.headers, one.body)
    assert "model_kwargs" in str(error)
    _, error = laws.relay_all(DIALECT, [VECTORS["too-long-stream"].body])
    assert isinstance(error, UpstreamRefused)
    assert "8192" in str(error)
    with pytest.raises(UpstreamRefused):
        DIALECT.decode_response(b'{"error":"overloaded","error_type":"overloaded"}')
    for body in (b"[]", b"{}", b'[{"text":"a"}]'):
        with pytest.raises(BadUpstream):
            DIALECT.decode_response(body)


def test_tokens_of_a_whole_reply_stand_in_its_headers():
    headers = ((b"x-prompt-tokens", b"9"), (b"X-Generated-Tokens", b"4"))
    assert DIALECT.usage_of(headers) == Usage(input_tokens=9, output_tokens=4)
    assert DIALECT.usage_of(((b"x-prompt-tokens", b"-1"),)) is None


def test_ours_and_theirs_are_two_names_for_one():
    document, lost, url = sent(max_tokens=5, seed=1, stop="x", temperature=0.5, user="u", echo=True, logprobs=2)
    assert document == {
        "inputs": "Hi",
        "parameters": {
            "max_new_tokens": 5, "seed": 1, "stop": ["x"], "temperature": 0.5, "return_full_text": True,
            "do_sample": True, "details": True, "top_n_tokens": 2,
        },
    }  # fmt: skip
    assert (lost, url) == ([("user", "dropped")], URL)
    document, lost, url = sent(temperature=0, stream=True)
    assert document == {"inputs": "Hi", "parameters": {"details": True}}
    assert (lost, url) == ([("temperature", "emulated")], URL + "_stream")
    schema = {"type": "object"}
    asked = {"type": "json_schema", "json_schema": {"schema": schema}}
    assert sent(response_format=asked)[0]["parameters"]["grammar"] == {"type": "json", "value": schema}


def test_at_the_root_the_body_says_whether_a_stream_is_wanted():
    root = "https://router.northwind.example/hf-inference/models/a/b"
    assert sent(root, stream=True)[0]["stream"] is True
    assert sent(root)[0].get("stream") is None
    asked = DIALECT.open(b'{"inputs":"Hi","stream":true}', {"path": "/hf-inference/models/{model}", "model": "a/b"})
    assert (asked.stream, asked.models, asked.form) == (True, ("a/b",), "list")
    draft = DIALECT.splice_request(asked, url=root, upstream="a/b")
    assert json.loads(jsonbody.encode(draft.document)) == {"inputs": "Hi", "stream": True}
    assert DIALECT.open(b'{"inputs":"Hi","model":"m"}', {"path": "/generate_stream"}).stream


def test_another_dialect_gets_what_it_has_a_word_for():
    body = (
        b'{"inputs":"Hi","parameters":{"max_new_tokens":9,"watermark":true,"return_full_text":false},"options":{"a":1}}'
    )
    opened = DIALECT.open(body)
    other, lost = native.request_for("openai-completions", DIALECT.decode_request(opened))
    assert other.model_dump(exclude_unset=True) == {"prompt": "Hi", "max_tokens": 9, "echo": False}
    assert {one.field for one in lost} == {"parameters", "options"}
    assert (opened.max_output_tokens, opened.parameters) == (9, {"max_tokens", "echo"})


@pytest.mark.parametrize(
    "fields",
    [{"n": 2}, {"suffix": "s"}, {"prompt": ["a", "b"]}, {"prompt": [1]}, {"response_format": {"type": "json_object"}}],
)
def test_what_it_cant_do_is_refused(fields):
    with pytest.raises(Unsupported):
        sent(**fields)


@RELAXED
@given(mutilated([one.body for one in STREAMS]), st.lists(st.integers(0, 9_000), max_size=9))
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    _, error = laws.relay_all(DIALECT, [data])
    _, decoder = laws.decode_all(DIALECT, [data])
    assert error is None or type(decoder) in (type(error), BadUpstream)
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([one.body for one in REPLIES]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        decoded = DIALECT.decode_response(data)
        assert DIALECT.relay_response(data, laws.STAMP).finish_reason == decoded.finish_reason
        assert DIALECT.encode_response(decoded, laws.STAMP)


@RELAXED
@given(mutilated([one.request for one in VECTORS.values() if one.request]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        opened = DIALECT.open(data)
        DIALECT.splice_request(opened, url=URL, upstream="u")
        DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream="u", stream=opened.stream)


WORD = st.text('ab ü\n"', min_size=1, max_size=6)
REQUEST = st.fixed_dictionaries(
    {"prompt": WORD, "native": st.just({"tgi": {"drops": {"parameters": {"watermark": True}}}})},
    optional={
        "temperature": st.sampled_from([0.5, 1]),
        "top_k": st.integers(0, 9),
        "seed": st.integers(0, 9),
        "max_tokens": st.integers(1, 9),
        "echo": st.booleans(),
        "stop": st.lists(WORD, max_size=2),
        "response_format": st.just({"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}),
    },
)


@RELAXED
@given(REQUEST)
def test_what_is_carried_of_a_request_comes_back_from_it(body):
    request = validate(CompletionRequest, json.dumps(body).encode())
    draft = DIALECT.encode_request(request, url=URL, upstream="u", stream=False)
    back = DIALECT.decode_request(DIALECT.open(jsonbody.encode(draft.document)))
    assert draft.lost == []
    assert back.model_dump(exclude_unset=True, by_alias=True) == body


@RELAXED
@given(WORD, st.sampled_from(["stop", "length"]), st.lists(st.integers(0, 6), max_size=2))
def test_replies_and_streams_of_any_pieces_come_back(text, reason, cuts):
    choice = {"index": 0, "text": text, "finish_reason": reason}
    back = DIALECT.decode_response(
        DIALECT.encode_response(Reply(document={"choices": [choice]}, usage=USAGE), laws.STAMP)
    )
    assert (back.document["choices"][0]["text"], back.finish_reason) == (text, reason)
    encoder = DIALECT.encode_stream(laws.STAMP)
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    pieces = [*({"text": text[a:b]} for a, b in pairwise(edges)), {"text": "", "finish_reason": reason}]
    data = b"".join(encoder.encode({"choices": [{"index": 0, **piece}]}) for piece in pieces) + encoder.close(USAGE)
    documents, decoder = laws.decode_all(DIALECT, [data])
    assert "".join(one["choices"][0]["text"] for one in documents) == text == events(data)[-1]["generated_text"]
    assert (decoder.usage, decoder.finish_reason) == (USAGE, reason)
