"""Requests, replies and streams of Ollama's generate: recorded ones read by hand, and what differs from the chat."""

import json

import pytest
from crossroads_ollama_generate import OllamaGenerate
from ollama import _types as vendor

from crossroads import jsonbody, native
from crossroads.errors import BadRequest, Unsupported, UpstreamRefused
from crossroads.testing import laws
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors
from crossroads.types.base import validate
from crossroads.types.completions import CompletionRequest

DIALECT = OllamaGenerate()
ALL = [*vectors("ollama-generate"), *recordings("ollama-generate")]
WHERE = {"url": "https://api.northwind.example/api/generate", "upstream": "small-2"}


def rows(body):
    return [json.loads(line) for line in body.splitlines() if line.strip()]


def decoded(one):
    if one.is_stream:
        documents, decoder = laws.decode_all(DIALECT, [one.body])
        return documents, decoder.usage
    reply = DIALECT.decode_response(one.body)
    return [reply.document], reply.usage


def encoded(body):
    return DIALECT.encode_request(validate(CompletionRequest, json.dumps(body).encode()), **WHERE, stream=False)


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
def test_there_are_recordings():
    assert len(list(recordings("ollama-generate"))) >= 7


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_reply_loses_nothing(one):
    raw, (documents, usage) = rows(one.body), decoded(one)
    choices = [document["choices"][0] for document in documents]
    assert "".join(choice["text"] for choice in choices) == "".join(row["response"] for row in raw)
    assert (choices[-1]["finish_reason"], choices[-1]["native_finish_reason"]) == ("stop", raw[-1].get("done_reason"))
    assert (usage.prompt_tokens, usage.completion_tokens) == (
        raw[-1].get("prompt_eval_count", 0),
        raw[-1]["eval_count"],
    )
    assert raw[-1]["total_duration"] == documents[-1]["usage"]["total_duration"]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_both_paths_are_one(one):
    laws.both_paths_send_the_same(DIALECT, one.request)
    if one.is_stream:
        laws.both_paths_stream_the_same(DIALECT, one.body)
        laws.a_split_changes_nothing(DIALECT, one.body, [1, 7, len(one.body) // 2, len(one.body) - 2])
    else:
        laws.both_paths_reply_the_same(DIALECT, one.body)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_both_sides_are_of_the_vendors_own_types(one):
    opened = DIALECT.open(one.request)
    draft = DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)
    vendor.GenerateRequest.model_validate(json.loads(jsonbody.encode(draft.document)))
    relayed = laws.relay_all(DIALECT, [one.body])[0] if one.is_stream else b""
    for line in relayed.splitlines() or [DIALECT.relay_response(one.body, laws.STAMP).body]:
        told = vendor.GenerateResponse.model_validate_json(line)
        assert told.model == "acme/small"
    assert told.done
    assert told.context, "what only Ollama has reaches a client of Ollama's"


def test_it_streams_unless_told_not_to():
    assert DIALECT.open(b'{"model":"m","prompt":"Hi"}').stream
    assert not DIALECT.open(b'{"model":"m","prompt":"Hi","stream":false}').stream


def test_a_request_without_a_prompt_only_loads_a_model_and_is_refused():
    with pytest.raises(BadRequest, match="prompt"):
        DIALECT.open(b'{"model":"m"}')


def test_another_dialect_gets_the_options_under_its_names_and_is_told_what_it_lacks():
    opened = DIALECT.open(
        b'{"prompt":"Hi","options":{"num_predict":9,"num_ctx":512,"seed":1},"keep_alive":"5m","raw":true,"format":"json"}'
    )
    request, lost = native.request_for("openai-completions", DIALECT.decode_request(opened))
    dumped = request.model_dump(exclude_unset=True)
    assert dumped == {"prompt": "Hi", "max_tokens": 9, "seed": 1, "response_format": {"type": "json_object"}}
    assert {one.field for one in lost} == {"keep_alive", "raw", "options"}
    assert (opened.max_output_tokens, opened.parameters) == (9, {"max_tokens", "seed", "response_format"})


@pytest.mark.parametrize("field", [b'"images":["iVBORw=="]', b'"context":[1,2]', b'"system":"Be brief."'])
def test_what_gives_another_answer_without_it_goes_to_no_other_dialect(field):
    request = DIALECT.decode_request(DIALECT.open(b'{"prompt":"Hi",%b}' % field))
    with pytest.raises(Unsupported):
        native.request_for("openai-completions", request)


@pytest.mark.parametrize("field", [{"n": 2}, {"best_of": 2}, {"echo": True}, {"prompt": ["a", "b"]}, {"prompt": [1]}])
def test_what_ollama_cant_do_is_refused(field):
    with pytest.raises(Unsupported):
        encoded({"prompt": "Hi", **field})


def test_openais_number_of_log_probabilities_becomes_ollamas_two_fields():
    draft = encoded({"prompt": ["Hi"], "logprobs": 2, "stop": "x", "logit_bias": {"5": 1}})
    sent = json.loads(jsonbody.encode(draft.document))
    assert sent.pop("stream") is False
    assert sent.pop("options") == {"stop": "x"}
    assert sent == {"prompt": "Hi", "logprobs": True, "top_logprobs": 2, "model": "small-2"}
    assert [one.field for one in draft.lost] == ["logit_bias"]


def test_thinking_and_log_probabilities_come_through_both_ways():
    row = {"token": "4", "logprob": -0.1, "top_logprobs": [{"token": "5", "logprob": -2.5}]}
    told = {"done": True, "response": "4", "thinking": "2+2", "logprobs": [row], "done_reason": "length"}
    reply = DIALECT.decode_response(json.dumps(told).encode())
    (choice,) = reply.document["choices"]
    assert (choice["reasoning"], choice["finish_reason"]) == ("2+2", "length")
    assert choice["logprobs"]["tokens"] == ["4"]
    assert choice["logprobs"]["top_logprobs"] == [{"5": -2.5}]
    back = json.loads(DIALECT.encode_response(reply, laws.STAMP))
    assert told.items() <= back.items()


def test_a_line_that_is_an_error_ends_the_stream():
    _, error = laws.relay_all(DIALECT, [b'{"response":"a","done":false}\n{"error":"out of memory"}\n'])
    assert isinstance(error, UpstreamRefused)
    assert error.billing == "maybe"
