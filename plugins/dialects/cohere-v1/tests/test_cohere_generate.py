"""Cohere's generate: prompts, several generations, likelihoods, and recorded exchanges read by hand."""

import json

import cohere
import pytest
from crossroads_cohere_v1 import CohereGenerate

from crossroads import jsonbody, native
from crossroads.errors import Unsupported, UpstreamRefused
from crossroads.testing import laws
from crossroads.testing.recordings import recordings, vectors
from crossroads.types.base import validate
from crossroads.types.completions import CompletionRequest
from crossroads.types.usage import Usage

DIALECT = CohereGenerate()
ALL = [*vectors("cohere-generate"), *(one for one in recordings("cohere-v1") if b'"prompt"' in one.request)]
WHERE = {"url": "https://api.northwind.example/v1/generate", "upstream": "small-2"}
USAGE = Usage(input_tokens=3, output_tokens=2)


def sent(**fields):
    request = validate(CompletionRequest, json.dumps({"prompt": "Hi", **fields}).encode())
    draft = DIALECT.encode_request(request, **WHERE, stream=False)
    return json.loads(jsonbody.encode(draft.document)), [(one.field, one.how) for one in draft.lost]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_reply_loses_nothing_on_either_path(one):
    raw, reply = json.loads(one.body), DIALECT.decode_response(one.body)
    assert [choice["text"] for choice in reply.document["choices"]] == [made["text"] for made in raw["generations"]]
    assert reply.document["choices"][0]["native_finish_reason"] == raw["generations"][0]["finish_reason"]
    billed = raw["meta"]["billed_units"]
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (
        billed["input_tokens"], billed["output_tokens"],
    )  # fmt: skip
    laws.both_paths_reply_the_same(DIALECT, one.body)
    laws.both_paths_send_the_same(DIALECT, one.request)
    for body in (DIALECT.encode_response(reply, laws.STAMP), DIALECT.relay_response(one.body, laws.STAMP).body):
        assert cohere.Generation.model_validate_json(body).generations[0].text == raw["generations"][0]["text"]


def test_ours_and_theirs_are_two_names_for_one():
    document, lost = sent(n=2, stop=["x"], top_k=900, logprobs=3, user="u", max_tokens=5)
    assert document == {
        "prompt": "Hi", "num_generations": 2, "stop_sequences": ["x"], "k": 500, "return_likelihoods": "GENERATION",
        "max_tokens": 5, "model": "small-2",
    }  # fmt: skip
    assert lost == [("user", "dropped"), ("logprobs", "clamped"), ("top_k", "clamped")]
    request = DIALECT.decode_request(DIALECT.open(b'{"prompt":"Hi","num_generations":2,"k":1,"truncate":"END"}'))
    other, lost = native.request_for("openai-completions", request)
    assert other.model_dump(exclude_unset=True) == {"prompt": "Hi", "n": 2, "top_k": 1}
    assert [one.field for one in lost] == ["truncate"]


@pytest.mark.parametrize("fields", [{"prompt": ["a", "b"]}, {"prompt": [1]}, {"echo": True}, {"suffix": "s"}])
def test_what_it_cant_do_is_refused(fields):
    with pytest.raises(Unsupported):
        sent(**fields)


def line(**told):
    return json.dumps(told).encode() + b"\n"


def test_several_texts_stream_and_end_together():
    made = [
        {"id": "a", "text": "ab", "finish_reason": "COMPLETE"},
        {"id": "b", "text": "c", "finish_reason": "MAX_TOKENS"},
    ]
    meta = {"billed_units": {"input_tokens": 3, "output_tokens": 2}}
    data = (
        line(text="a", is_finished=False, event_type="text-generation", index=0)
        + line(text="c", is_finished=False, event_type="text-generation", index=1)
        + line(text="b", is_finished=False, event_type="text-generation", index=0)
        + line(is_finished=True, finish_reason="COMPLETE", response={"id": "g", "generations": made, "meta": meta})
    )
    documents, decoder = laws.decode_all(DIALECT, [data])
    texts = {0: "", 1: ""}
    for document in documents:
        for choice in document["choices"]:
            texts[choice["index"]] += choice["text"]
    assert texts == {0: "ab", 1: "c"}
    assert [choice["finish_reason"] for choice in documents[-1]["choices"]] == ["stop", "length"]
    assert decoder.usage == USAGE
    laws.a_split_changes_nothing(DIALECT, data, range(len(data)))
    encoder = DIALECT.encode_stream(laws.STAMP)
    last = json.loads((b"".join(map(encoder.encode, documents)) + encoder.close(USAGE)).splitlines()[-1])
    assert [one["text"] for one in last["response"]["generations"]] == ["ab", "c"]
    assert [one["finish_reason"] for one in last["response"]["generations"]] == ["COMPLETE", "MAX_TOKENS"]
    laws.both_paths_stream_the_same(DIALECT, data)


def test_likelihoods_come_through_both_ways():
    rows = [{"token": "a", "likelihood": -0.5}]
    told = {"id": "g", "generations": [{"id": "a", "text": "a", "token_likelihoods": rows}]}
    reply = DIALECT.decode_response(json.dumps(told).encode())
    assert reply.document["choices"][0]["logprobs"]["token_logprobs"] == [-0.5]
    assert json.loads(DIALECT.encode_response(reply, laws.STAMP))["generations"][0]["token_likelihoods"] == rows


def test_an_error_in_a_stream_is_one():
    data = line(text="a", is_finished=False) + line(event_type="stream-error", is_finished=True, err="overloaded")
    _, error = laws.relay_all(DIALECT, [data])
    assert isinstance(error, UpstreamRefused)
