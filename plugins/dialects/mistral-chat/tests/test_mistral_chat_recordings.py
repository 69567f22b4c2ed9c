"""Every recorded exchange, read independently of the codec: nothing is lost, in or out."""

import json

import pytest
from crossroads_mistral_chat import MistralChat

from crossroads import jsonbody
from crossroads.testing import laws
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors

DIALECT = MistralChat()
ALL = [*vectors("mistral-chat"), *recordings("mistral-chat")]
WHERE = {"url": "https://api.northwind.example/v1", "upstream": "small-2"}
RECORDED = pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)


def raw_documents(one):
    """The JSON documents of the answer, as they were on the wire."""
    if one.is_stream:
        lines = one.body.decode().splitlines()
        return [json.loads(line[6:]) for line in lines if line.startswith("data: ") and line != "data: [DONE]"]
    return [json.loads(one.body)]


def raw_said(documents):
    """Text, thoughts, calls and finish reason of choice 0, by hand."""
    text, thought, calls, reason = "", "", {}, None
    for document in documents:
        for choice in document["choices"]:
            said = choice.get("message") or choice.get("delta")
            content = said.get("content") or []
            if isinstance(content, str):
                text += content
            else:
                for chunk in content:
                    if chunk["type"] == "text":
                        text += chunk["text"]
                    elif chunk["type"] == "thinking":
                        thought += "".join(inner["text"] for inner in chunk["thinking"])
            for call in said.get("tool_calls") or []:
                name, arguments = calls.get(call["id"], ("", ""))
                calls[call["id"]] = (name + call["function"]["name"], arguments + call["function"]["arguments"])
            reason = choice["finish_reason"] or reason
    return text, thought, calls, reason


def canonical_said(documents):
    text, thought, detail, calls, reason = "", "", "", {}, None
    for document in documents:
        for choice in document["choices"]:
            said = choice.get("message") or choice.get("delta")
            text += said.get("content") or ""
            thought += said.get("reasoning") or ""
            detail += "".join(one["text"] for one in said.get("reasoning_details") or [])
            for call in said.get("tool_calls") or []:
                assert call["type"] == "function"
                name, arguments = calls.get(call["id"], ("", ""))
                calls[call["id"]] = (name + call["function"]["name"], arguments + call["function"]["arguments"])
            reason = choice["finish_reason"] or reason
    assert detail == thought
    return text, thought, calls, reason


@pytest.mark.parametrize("one", [one for one in ALL if one.status == 200], ids=lambda one: one.name)
def test_a_reply_loses_nothing(one):
    raw = raw_documents(one)
    if one.is_stream:
        laws.both_paths_stream_the_same(DIALECT, one.body)
        documents, decoder = laws.decode_all(DIALECT, [one.body])
        usage = decoder.usage
    else:
        laws.both_paths_reply_the_same(DIALECT, one.body)
        reply = DIALECT.decode_response(one.body)
        documents, usage = [reply.document], reply.usage
    assert canonical_said(documents) == raw_said(raw)
    told = next(document["usage"] for document in reversed(raw) if document.get("usage"))
    assert usage.prompt_tokens + usage.completion_tokens == told["total_tokens"]
    assert usage.completion_tokens == told["completion_tokens"]
    inside = told.get("prompt_tokens_details") or {}
    cached = inside.get("cached_tokens", told.get("num_cached_tokens", 0))
    assert usage.cache_read_tokens == min(cached, told["prompt_tokens"])  # 64 cached of 10 were recorded
    assert usage.audio_input_tokens == inside.get("audio_tokens", 0)


def sent(draft):
    """The document as the upstream reads it."""
    return json.loads(jsonbody.encode(draft.document))


def defaults(request):
    """What a request means: the default type of a tool, written out; our model name; synonyms of tool_choice."""
    request = json.loads(json.dumps(request))
    request["tools"] = [{"type": "function", **tool} for tool in request.get("tools") or []]
    request["tool_choice"] = {"required": "any"}.get(str(request.get("tool_choice")), request.get("tool_choice"))
    request["model"] = "small-2"
    return {name: value for name, value in request.items() if value is not None}


@pytest.mark.parametrize("one", [one for one in ALL if one.request and one.status == 200], ids=lambda one: one.name)
def test_a_request_means_the_same_after_both_ways(one):
    opened = DIALECT.open(one.request)
    decoded = DIALECT.decode_request(opened)
    for draft in (
        DIALECT.encode_request(decoded, **WHERE, stream=opened.stream),
        DIALECT.splice_request(opened, **WHERE),
    ):
        assert defaults(sent(draft)) == defaults(json.loads(one.request))
        assert draft.lost == []


@pytest.mark.parametrize("one", [one for one in ALL if one.request and one.status == 200], ids=lambda one: one.name)
def test_a_request_is_one_by_the_vendors_own_types(one):
    models = pytest.importorskip("mistralai.client.models", reason="mistralai is not installed")
    opened = DIALECT.open(one.request)
    if b"input_audio" in one.request:
        pytest.skip("the vendor's types take audio as text only, its API took this object")
    draft = DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)
    models.ChatCompletionRequest.model_validate(sent(draft))


@pytest.mark.parametrize("one", [one for one in ALL if one.status != 200], ids=lambda one: one.name)
def test_an_error_is_a_canonical_error(one):
    error = DIALECT.decode_error(one.status, one.headers, one.body)
    kinds = {401: ("provider_unavailable", 502), 400: ("invalid_request", 400), 500: ("provider_unavailable", 502)}
    assert (error.code, error.status) == kinds[one.status]
    assert error.upstream_status == one.status


@RECORDED
def test_there_are_recordings():
    assert len(list(recordings("mistral-chat"))) >= 100


@pytest.mark.parametrize("one", [one for one in ALL if one.status == 200], ids=lambda one: one.name)
def test_what_a_client_gets_is_by_the_vendors_own_types(one):
    models = pytest.importorskip("mistralai.client.models", reason="mistralai is not installed")
    if not one.is_stream:
        body = DIALECT.encode_response(DIALECT.decode_response(one.body), laws.STAMP)
        models.ChatCompletionResponse.model_validate_json(body)
        return
    documents, decoder = laws.decode_all(DIALECT, [one.body])
    encoder = DIALECT.encode_stream(laws.STAMP)
    data = b"".join(map(encoder.encode, documents)) + encoder.close(decoder.usage)
    for document in raw_documents(one._replace(body=data)):
        models.CompletionChunk.model_validate(document)
