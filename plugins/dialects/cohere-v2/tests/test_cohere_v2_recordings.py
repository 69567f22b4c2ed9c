"""Every recorded exchange, read independently of the codec: nothing is lost, in or out."""

import json

import pytest
from crossroads_cohere_v2 import CohereV2

from crossroads import jsonbody
from crossroads.testing import laws
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors

DIALECT = CohereV2()
EMBED = (b'"texts"', b'"embeddings"', b'"embedding_types"')
"""The folder also holds /v2/embed, which is another operation."""


def is_chat(one):
    return not any(word in (one.request or b"") + one.body[:2000] for word in EMBED)


ALL = [one for one in [*vectors("cohere-v2"), *recordings("cohere-v2")] if is_chat(one)]
WHERE = {"url": "https://api.northwind.example/v2/chat", "upstream": "small-2"}
RECORDED = pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)


def raw_said(one):
    """Text, thoughts (with the plan), calls, citations, finish reason, usage: by hand."""
    if not one.is_stream:
        document = json.loads(one.body)
        message = document["message"]
        blocks = message.get("content") or []
        text = "".join(b["text"] for b in blocks if b["type"] == "text")
        thought = (message.get("tool_plan") or "") + "".join(b["thinking"] for b in blocks if b["type"] == "thinking")
        calls = [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in message.get("tool_calls") or []]
        return text, thought, calls, message.get("citations") or [], document["finish_reason"], document["usage"]
    text, thought, calls, citations, end = "", "", [], [], {}
    for line in one.body.decode().splitlines():
        if not line.startswith("data: {"):
            continue
        event = json.loads(line[6:])
        message = event.get("delta", {}).get("message", {})
        if event["type"] in ("content-start", "content-delta"):
            text += message["content"].get("text", "")
            thought += message["content"].get("thinking", "")
        elif event["type"] == "tool-plan-delta":
            thought += message["tool_plan"]
        elif event["type"] == "tool-call-start":
            call = message["tool_calls"]
            calls.append((call["id"], call["function"]["name"], call["function"]["arguments"]))
        elif event["type"] == "tool-call-delta":
            head = calls[event["index"]]
            calls[event["index"]] = (*head[:2], head[2] + message["tool_calls"]["function"]["arguments"])
        elif event["type"] == "citation-start":
            citations.append(message["citations"])
        elif event["type"] == "message-end":
            end = event["delta"]
    return text, thought, calls, citations, end["finish_reason"], end["usage"]


def canonical_said(documents):
    text, thought, calls, citations, reason, usage = "", "", {}, [], None, None
    for document in documents:
        usage = document.get("usage") or usage
        for choice in document["choices"]:
            said = choice.get("message") or choice.get("delta")
            text += said.get("content") or ""
            thought += said.get("reasoning") or ""
            assert (said.get("reasoning") or "") == "".join(d["text"] for d in said.get("reasoning_details", []))
            for number, call in enumerate(said.get("tool_calls") or []):
                old = calls.get(call.get("index", number), ("", "", ""))
                new = (call.get("id", ""), call["function"].get("name", ""), call["function"]["arguments"])
                calls[call.get("index", number)] = tuple(a + b for a, b in zip(old, new, strict=True))
            citations += [note["citation"] for note in said.get("annotations") or []]
            reason = choice["native_finish_reason"] or reason
    return text, thought, list(calls.values()), citations, reason, usage


def documents_and_usage(one):
    if one.is_stream:
        laws.both_paths_stream_the_same(DIALECT, one.body)
        documents, decoder = laws.decode_all(DIALECT, [one.body])
        return documents, decoder.usage
    laws.both_paths_reply_the_same(DIALECT, one.body)
    reply = DIALECT.decode_response(one.body)
    return [reply.document], reply.usage


@pytest.mark.parametrize("one", [one for one in ALL if one.status == 200], ids=lambda one: one.name)
def test_a_reply_loses_nothing(one):
    documents, usage = documents_and_usage(one)
    *raw, told = raw_said(one)
    *canonical, counts = canonical_said(documents)
    assert canonical == raw
    billed = told["billed_units"]
    assert usage.prompt_tokens == counts["prompt_tokens"] == billed["input_tokens"]
    assert usage.completion_tokens == counts["completion_tokens"] == billed["output_tokens"]
    assert usage.reasoning_tokens == min(told["tokens"].get("reasoning_tokens", 0), billed["output_tokens"])
    assert {name: counts[name] for name in told} == told


@pytest.mark.parametrize("one", [one for one in ALL if one.status == 200], ids=lambda one: one.name)
def test_a_cohere_client_behind_two_translations_gets_the_same(one):
    documents, usage = documents_and_usage(one)
    *raw, told = raw_said(one)
    encoder = DIALECT.encode_stream(laws.STAMP)
    data = b"".join(map(encoder.encode, documents)) + encoder.close(usage)
    if one.is_stream:
        *again, counts = raw_said(one._replace(body=data))
        assert again == raw
        assert {name: counts[name] for name in told} == told
        assert data.count(b"event: message-end\n") == data.count(b"event: message-start\n") == 1


def meant(request):
    """What a request means: text content as blocks, our model name."""
    request = json.loads(json.dumps(request))
    request["model"] = "small-2"
    for message in request["messages"]:
        content = message.pop("content", None) or []
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        message["content"] = [{**block, "type": block.get("type", "text")} for block in blocks]
    return {name: value for name, value in request.items() if value not in (None, False)}


@pytest.mark.parametrize("one", [one for one in ALL if one.request and one.status == 200], ids=lambda one: one.name)
def test_a_request_means_the_same_after_both_ways(one):
    opened = DIALECT.open(one.request)
    decoded = DIALECT.decode_request(opened)
    for draft in (
        DIALECT.encode_request(decoded, **WHERE, stream=opened.stream),
        DIALECT.splice_request(opened, **WHERE),
    ):
        assert meant(json.loads(jsonbody.encode(draft.document))) == meant(json.loads(one.request))
        assert draft.lost == []


@pytest.mark.parametrize("one", [one for one in ALL if one.request and one.status == 200], ids=lambda one: one.name)
def test_a_request_is_one_by_the_vendors_own_types(one):
    cohere = pytest.importorskip("cohere", reason="cohere is not installed")
    pydantic = pytest.importorskip("pydantic")
    opened = DIALECT.open(one.request)
    draft = DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)
    sent = json.loads(jsonbody.encode(draft.document))
    pydantic.TypeAdapter(list[cohere.ChatMessageV2]).validate_python(sent["messages"])
    pydantic.TypeAdapter(list[cohere.ToolV2]).validate_python(sent.get("tools", []))


@pytest.mark.parametrize("one", [one for one in ALL if one.status != 200], ids=lambda one: one.name)
def test_an_error_is_a_canonical_error(one):
    error = DIALECT.decode_error(one.status, one.headers, one.body)
    kinds = {401: ("provider_unavailable", 502), 400: ("context_length_exceeded", 400), 404: ("not_found", 404)}
    assert (error.code, error.status) == kinds[one.status]


@RECORDED
def test_there_are_recordings():
    assert len(ALL) > 70


@pytest.mark.parametrize("one", [one for one in ALL if one.status == 200], ids=lambda one: one.name)
def test_what_a_client_gets_is_by_the_vendors_own_types(one):
    cohere = pytest.importorskip("cohere.v2.types", reason="cohere is not installed")
    pydantic = pytest.importorskip("pydantic")
    documents, usage = documents_and_usage(one)
    if not one.is_stream:
        body = DIALECT.encode_response(DIALECT.decode_response(one.body), laws.STAMP)
        pydantic.TypeAdapter(cohere.V2ChatResponse).validate_json(body)
        return
    encoder = DIALECT.encode_stream(laws.STAMP)
    data = b"".join(map(encoder.encode, documents)) + encoder.close(usage)
    event = pydantic.TypeAdapter(cohere.V2ChatStreamResponse)
    for line in data.decode().splitlines():
        if line.startswith("data: "):
            event.validate_json(line[6:])
