"""watsonx.ai's text generation: the laws, recorded exchanges read by hand, and what its parameters become."""

import contextlib
import json
from itertools import pairwise

import pytest
from crossroads_watsonx_chat import Watsonx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody, native
from crossroads.errors import BadRequest, BadUpstream, StreamCut, Unsupported, UpstreamError, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import recordings, vectors
from crossroads.types.base import validate
from crossroads.types.completions import CompletionRequest
from crossroads.types.usage import Usage

TestWatsonx = dialect_conformance(Watsonx)

DIALECT = Watsonx()
VECTORS = {one.name: one for one in vectors("watsonx")}
ALL = [*VECTORS.values(), *(one for one in recordings("watsonx") if one.request)]
RELAXED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WHERE = {"url": "https://api.northwind.example/ml/v1/text/generation?version=2024-10-08", "upstream": "small-2"}
USAGE = Usage(input_tokens=3, output_tokens=2)


def sent(**fields):
    request = validate(CompletionRequest, json.dumps({"prompt": "Hi", **fields}).encode())
    draft = DIALECT.encode_request(request, **WHERE, stream=False)
    return json.loads(jsonbody.encode(draft.document)), [(one.field, one.how) for one in draft.lost]


def events(body):
    return [json.loads(line[5:]) for line in body.splitlines() if line.startswith(b"data:")]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_reply_loses_nothing_on_either_path(one):
    laws.both_paths_send_the_same(DIALECT, one.request)
    if one.is_stream:
        raw = [event["results"][0] for event in events(one.body)]
        documents, decoder = laws.decode_all(DIALECT, [one.body])
        choices, usage = [document["choices"][0] for document in documents], decoder.usage
        laws.both_paths_stream_the_same(DIALECT, one.body)
        laws.a_split_changes_nothing(DIALECT, one.body, range(0, len(one.body), 7))
    else:
        raw = json.loads(one.body)["results"]
        reply = DIALECT.decode_response(one.body)
        choices, usage = reply.document["choices"], reply.usage
        laws.both_paths_reply_the_same(DIALECT, one.body)
    assert "".join(one["text"] for one in choices) == "".join(one["generated_text"] for one in raw)
    assert (choices[-1]["finish_reason"], choices[-1]["native_finish_reason"]) == ("stop", raw[-1]["stop_reason"])
    assert usage.prompt_tokens == sum(one["input_token_count"] for one in raw)
    assert usage.completion_tokens == raw[-1]["generated_token_count"]


def test_the_model_is_named_as_the_client_knows_it():
    assert json.loads(DIALECT.relay_response(VECTORS["reply"].body, laws.STAMP).body)["model_id"] == "acme/small"
    told = events(laws.relay_all(DIALECT, [VECTORS["stream"].body])[0])
    assert {event["model_id"] for event in told} == {"acme/small"}
    assert ["cost" in event for event in told[-2:]] == [False, True]


def test_a_stream_has_an_url_of_its_own():
    opened = DIALECT.open(b'{"model_id":"m","input":"Hi"}', {"path": "/ml/v1/text/generation_stream"})
    draft = DIALECT.splice_request(opened, **WHERE)
    assert (opened.stream, opened.models) == (True, ("m",))
    assert draft.url == "https://api.northwind.example/ml/v1/text/generation_stream?version=2024-10-08"
    assert json.loads(jsonbody.encode(draft.document)) == {"model_id": "small-2", "input": "Hi"}
    assert DIALECT.splice_request(DIALECT.open(b'{"input":"Hi"}'), **WHERE).url == WHERE["url"]


def test_ours_and_theirs_are_two_names_for_one():
    document, lost = sent(max_tokens=5, seed=1, stop="x", temperature=0.5, logprobs=2, user="u")
    options = {"generated_tokens": True, "token_logprobs": True, "top_n_tokens": 2}
    assert document == {
        "model_id": "small-2",
        "input": "Hi",
        "parameters": {
            "max_new_tokens": 5, "random_seed": 1, "stop_sequences": ["x"], "temperature": 0.5,
            "return_options": options, "decoding_method": "sample",
        },
    }  # fmt: skip
    assert lost == [("user", "dropped")]
    assert sent()[0] == {"model_id": "small-2", "input": "Hi"}


def test_another_dialect_learns_neither_the_project_nor_what_only_ibm_understands():
    body = b'{"input":"Hi","project_id":"p","parameters":{"top_k":3,"max_new_tokens":9,"min_new_tokens":2}}'
    opened = DIALECT.open(body)
    other, lost = native.request_for("openai-completions", DIALECT.decode_request(opened))
    assert other.model_dump(exclude_unset=True) == {"prompt": "Hi", "top_k": 3, "max_tokens": 9, "stream": False}
    assert [one.field for one in lost] == ["parameters"]
    assert (opened.max_output_tokens, opened.parameters) == (9, {"top_k", "max_tokens"})
    moderated = DIALECT.decode_request(DIALECT.open(b'{"input":"Hi","moderations":{"hap":{}}}'))
    with pytest.raises(Unsupported, match="watsonx"):
        native.request_for("openai-completions", moderated)


@pytest.mark.parametrize("fields", [{"n": 2}, {"echo": True}, {"suffix": "s"}, {"prompt": ["a", "b"]}, {"prompt": [1]}])
def test_what_it_cant_do_is_refused(fields):
    with pytest.raises(Unsupported):
        sent(**fields)


def test_log_probabilities_come_through_both_ways():
    rows = [{"text": "4", "logprob": -0.1, "top_tokens": [{"text": "5", "logprob": -2.0}]}]
    told = {"results": [{"generated_text": "4", "stop_reason": "max_tokens", "generated_tokens": rows}]}
    reply = DIALECT.decode_response(json.dumps(told).encode())
    (choice,) = reply.document["choices"]
    assert choice["logprobs"] == {"tokens": ["4"], "token_logprobs": [-0.1], "top_logprobs": [{"5": -2.0}]}
    assert choice["finish_reason"] == "length"
    (back,) = json.loads(DIALECT.encode_response(reply, laws.STAMP))["results"]
    assert back["generated_tokens"] == [{"text": "4", "logprob": -0.1}]


def test_an_error_says_what_ibm_says():
    body = b'{"errors":[{"code":"json_type_error","message":"bad input"}],"trace":"t","status_code":400}'
    error = DIALECT.decode_error(400, (), body)
    assert (error.code, error.elsewhere) == ("invalid_request", False)
    assert "bad input" in str(error)
    with pytest.raises(UpstreamRefused):
        DIALECT.decode_response(body)
    told = DIALECT.encode_error(BadRequest("it is odd.", remedy="Mend it."), None, in_stream=True)
    start = VECTORS["stream"].body[: VECTORS["stream"].body.index(b"id: 4")]
    _, error = laws.relay_all(DIALECT, [start + told])
    assert isinstance(error, UpstreamRefused)
    assert error.billing == "maybe"


def test_what_is_no_generation_is_no_reply_but_a_list_of_models_is_read():
    with pytest.raises(BadUpstream):
        DIALECT.decode_response(b'{"model_id":"m"}')
    listed = b'{"total_count":1,"resources":[{"model_id":"m"}]}'
    assert DIALECT.decode_response(listed).document["choices"] == []
    with pytest.raises(BadUpstream):
        DIALECT.relay_response(listed, laws.STAMP)


@RELAXED
@given(mutilated([VECTORS["stream"].body]), st.lists(st.integers(0, 9_000), max_size=9))
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    _, error = laws.relay_all(DIALECT, [data])
    _, decoder = laws.decode_all(DIALECT, [data])
    assert error is None or type(decoder) in (type(error), BadUpstream)
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([VECTORS["reply"].body]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        decoded = DIALECT.decode_response(data)
        relayed = DIALECT.relay_response(data, laws.STAMP)
        assert (relayed.usage, relayed.finish_reason) == (decoded.usage, decoded.finish_reason)
        assert DIALECT.encode_response(decoded, laws.STAMP)


@RELAXED
@given(mutilated([one.request for one in VECTORS.values()]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        opened = DIALECT.open(data)
        DIALECT.splice_request(opened, **WHERE)
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)


def test_a_stream_cut_before_its_end_is_an_error():
    body = VECTORS["stream"].body
    for cut in range(0, body.rindex(b'"eos_token"'), 11):
        _, error = laws.relay_all(DIALECT, [body[:cut]])
        assert isinstance(error, StreamCut)


WORD = st.text('ab ü\n"', min_size=1, max_size=6)
OWN = {"watsonx": {"form": {"project_id": "p"}, "drops": {"parameters": {"decoding_method": "greedy"}}}}
REQUEST = st.fixed_dictionaries(
    {"prompt": WORD, "native": st.just(OWN)},
    optional={
        "temperature": st.sampled_from([0, 0.7]),
        "top_k": st.integers(0, 9),
        "seed": st.integers(0, 9),
        "max_tokens": st.integers(1, 9),
        "repetition_penalty": st.just(1.5),
        "stop": st.lists(WORD, max_size=2),
    },
)


@RELAXED
@given(REQUEST)
def test_what_is_carried_of_a_request_comes_back_from_it(body):
    request = validate(CompletionRequest, json.dumps(body).encode())
    draft = DIALECT.encode_request(request, **WHERE, stream=False)
    back = DIALECT.decode_request(DIALECT.open(jsonbody.encode(draft.document)))
    assert draft.lost == []
    assert back.model_dump(exclude_unset=True) == {**body, "model": "small-2", "stream": False}


@RELAXED
@given(WORD, st.sampled_from(["stop", "length"]), st.lists(st.integers(0, 6), max_size=2))
def test_a_stream_of_any_pieces_comes_back(text, reason, cuts):
    encoder = DIALECT.encode_stream(laws.STAMP)
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    pieces = [*({"text": text[a:b]} for a, b in pairwise(edges)), {"text": "", "finish_reason": reason}]
    data = b"".join(encoder.encode({"choices": [{"index": 0, **piece}]}) for piece in pieces) + encoder.close(USAGE)
    documents, decoder = laws.decode_all(DIALECT, [data])
    assert "".join(one["choices"][0]["text"] for one in documents) == text
    assert (decoder.usage, decoder.finish_reason) == (USAGE, reason)
