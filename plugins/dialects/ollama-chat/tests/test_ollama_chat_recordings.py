"""Every recorded exchange, read independently of the codec: nothing is lost, in or out."""

import json

import pytest
from crossroads_ollama_chat import OllamaChat

from crossroads import jsonbody
from crossroads.testing import laws
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors

DIALECT = OllamaChat()
ALL = [*vectors("ollama-chat"), *recordings("ollama-chat")]
WHERE = {"url": "https://api.northwind.example/api/chat", "upstream": "small-2"}
RECORDED = pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)


def raw_said(body):
    """Text, thoughts, calls, the object that is done: by hand."""
    text, thought, calls, last = "", "", [], {}
    for line in body.decode().splitlines():
        if line.strip():
            last = json.loads(line)
            message = last.get("message") or {}
            text += message.get("content") or ""
            thought += message.get("thinking") or ""
            for call in message.get("tool_calls") or []:
                calls.append((call["function"]["name"], call["function"]["arguments"]))
    return text, thought, calls, last


def canonical_said(documents):
    text, thought, calls, ids, usage = "", "", [], set(), None
    for document in documents:
        usage = document.get("usage") or usage
        (choice,) = document["choices"]
        said = choice.get("message") or choice.get("delta")
        text += said.get("content") or ""
        thought += said.get("reasoning") or ""
        for call in said.get("tool_calls") or []:
            ids.add(call["id"])
            calls.append((call["function"]["name"], json.loads(call["function"]["arguments"])))
    assert len(ids) == len(calls)
    return text, thought, calls, choice, usage or {}


def documents_and_usage(one):
    if one.is_stream:
        documents, decoder = laws.decode_all(DIALECT, [one.body])
        return documents, decoder.usage, decoder.finish_reason
    laws.both_paths_reply_the_same(DIALECT, one.body)
    reply = DIALECT.decode_response(one.body)
    return [reply.document], reply.usage, reply.finish_reason


@pytest.mark.parametrize("one", [one for one in ALL if one.status == 200], ids=lambda one: one.name)
def test_a_reply_loses_nothing(one):
    documents, usage, reason = documents_and_usage(one)
    *raw, last = raw_said(one.body)
    *canonical, choice, counts = canonical_said(documents)
    assert canonical == raw
    assert choice["native_finish_reason"] == last["done_reason"]
    ends = {"length": "length", "stop": "tool_calls" if raw[2] else "stop", "custom": "stop"}
    assert choice["finish_reason"] == reason == ends[last["done_reason"]]
    if "eval_count" in last:
        assert (usage.prompt_tokens, usage.completion_tokens) == (last.get("prompt_eval_count", 0), last["eval_count"])
        assert usage.quality == ("exact" if "prompt_eval_count" in last else "estimated")
    else:
        assert usage is None
    assert {k: v for k, v in last.items() if "eval" in k or "duration" in k}.items() <= counts.items()


@pytest.mark.parametrize("one", [one for one in ALL if one.is_stream], ids=lambda one: one.name)
def test_a_stream_is_relayed_and_translated_to_the_same(one):
    *raw, last = raw_said(one.body)
    relayed, error = laws.relay_all(DIALECT, [one.body])
    assert error is None
    documents, decoder = laws.decode_all(DIALECT, [one.body])
    encoder = DIALECT.encode_stream(laws.STAMP)
    encoded = b"".join(map(encoder.encode, documents)) + encoder.close(decoder.usage or laws.NO_USAGE)
    for data in (relayed, encoded):
        *again, end = raw_said(data)
        assert again == raw
        assert (end["done"], end["done_reason"], end["model"]) == (True, last["done_reason"], "acme/small")
        assert "cost" in end
        assert {k: v for k, v in last.items() if "eval" in k or "duration" in k}.items() <= end.items()
    laws.a_split_changes_nothing(DIALECT, one.body, [1, 7, len(one.body) // 2, len(one.body) - 2])


def meant(request):
    """What a request means: without what is empty, and with the stream that is the default."""
    request = {"stream": True, **json.loads(json.dumps(request)), "model": "small-2"}
    return {name: value for name, value in request.items() if value not in (None, "", [], {})}


@pytest.mark.parametrize("one", [one for one in ALL if one.request], ids=lambda one: one.name)
def test_a_request_means_the_same_after_both_ways(one):
    opened = DIALECT.open(one.request)
    assert opened.stream == one.is_stream
    decoded = DIALECT.decode_request(opened)
    for draft in (
        DIALECT.encode_request(decoded, **WHERE, stream=opened.stream),
        DIALECT.splice_request(opened, **WHERE),
    ):
        assert meant(json.loads(jsonbody.encode(draft.document))) == meant(json.loads(one.request))
        assert draft.lost == []


@pytest.mark.parametrize("one", [one for one in ALL if one.request], ids=lambda one: one.name)
def test_a_request_is_one_by_the_vendors_own_types(one):
    ollama = pytest.importorskip("ollama._types", reason="ollama is not installed")
    opened = DIALECT.open(one.request)
    draft = DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)
    request = ollama.ChatRequest.model_validate(json.loads(jsonbody.encode(draft.document)))
    for message in request.messages:
        ollama.Message.model_validate(message)


@RECORDED
def test_there_are_recordings():
    assert len(list(recordings("ollama-chat"))) >= 20


@pytest.mark.parametrize("one", [one for one in ALL if one.status == 200], ids=lambda one: one.name)
def test_what_a_client_gets_is_by_the_vendors_own_types(one):
    ollama = pytest.importorskip("ollama._types", reason="ollama is not installed")
    documents, usage, _ = documents_and_usage(one)
    if one.is_stream:
        encoder = DIALECT.encode_stream(laws.STAMP)
        body = b"".join(map(encoder.encode, documents)) + encoder.close(usage or laws.NO_USAGE)
    else:
        body = DIALECT.encode_response(DIALECT.decode_response(one.body), laws.STAMP)
    for line in body.splitlines():
        ollama.ChatResponse.model_validate_json(line)
