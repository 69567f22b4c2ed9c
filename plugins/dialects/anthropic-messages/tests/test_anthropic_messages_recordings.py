"""Recorded exchanges against a reading of their own: plain walks through the raw record, without the codec."""

import json

import pytest
from crossroads_anthropic_messages import AnthropicMessages

from crossroads import jsonbody
from crossroads.testing.laws import STAMP, decode_all, relay_all
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors

DIALECT = AnthropicMessages()
REASONS = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls"}


def exchanges():
    yield from vectors("anthropic-messages")
    yield from (one for one in recordings("anthropic-messages") if not one.body.startswith(b'{"input_tokens"'))


def read_message(message):
    """What a message says: (texts, thinking, signatures, calls, citations, other blocks, stop reason, counts)."""
    told = {"text": "", "thinking": "", "sealed": [], "calls": [], "cited": 0, "others": []}
    for block in message["content"]:
        kind = block["type"]
        if kind == "text":
            told["text"] += block["text"]
            told["cited"] += len(block.get("citations") or [])
        elif kind == "thinking":
            told["thinking"] += block["thinking"]
            told["sealed"].append(block.get("signature"))
        elif kind == "redacted_thinking":
            told["sealed"].append(block["data"])
        elif kind == "tool_use":
            told["calls"].append((block["id"], block["name"], block["input"]))
        else:
            told["others"].append(block)
    told["reason"] = message["stop_reason"]
    usage = message["usage"]
    told["counts"] = tuple(
        usage.get(name) or 0
        for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    return told


def read_stream(data):
    """The message that the events of a stream add up to."""
    message, usage = {"content": [], "stop_reason": None}, {}
    texts = {}
    for line in data.decode().split("\n"):
        if not line.startswith("data:"):
            continue
        event = json.loads(line[5:])
        if event["type"] == "message_start":
            usage |= {k: v for k, v in event["message"]["usage"].items() if v is not None}
        elif event["type"] == "content_block_start":
            assert event["index"] == len(message["content"])
            message["content"].append(event["content_block"])
        elif event["type"] == "content_block_delta":
            block, delta = message["content"][event["index"]], event["delta"]
            if delta["type"] == "citations_delta":
                block.setdefault("citations", []).append(delta["citation"])
            elif delta["type"] == "input_json_delta":
                texts[event["index"]] = texts.get(event["index"], "") + delta["partial_json"]
            else:
                for name in {"text", "thinking", "signature", "content"} & set(delta):
                    block[name] = (block.get(name) or "") + delta[name]
        elif event["type"] == "message_delta":
            message["stop_reason"] = event["delta"]["stop_reason"]
            usage |= {k: v for k, v in event["usage"].items() if v is not None}
    for index, text in texts.items():
        if text:
            message["content"][index]["input"] = json.loads(text)
    return {**message, "usage": usage}


def billed(message):
    """Counts with the compactions that the totals leave out (Anthropic's docs, "Compaction")."""
    rounds = [one for one in message["usage"].get("iterations") or [] if one["type"] == "compaction"]
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return tuple((message["usage"].get(n) or 0) + sum(one.get(n) or 0 for one in rounds) for n in names)


def agrees(told, message, usage, end, counts):
    """A canonical message (whole, or joined from deltas) says what the raw one said."""
    assert (message.get("content") or "") == told["text"]
    assert (message.get("reasoning") or "") == told["thinking"]
    details = message.get("reasoning_details") or []
    assert [d.get("signature", d.get("data")) for d in details if "signature" in d or "data" in d] == told["sealed"]
    assert len(message.get("annotations") or []) == told["cited"]
    calls = [(c["id"], c["function"]["name"], json.loads(c["function"]["arguments"] or "{}")) for c in message["calls"]]
    assert calls == told["calls"]
    assert end == REASONS.get(told["reason"], end)
    prompt = counts[0] + counts[2] + counts[3]
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (prompt, counts[1])
    assert usage["prompt_tokens_details"]["cached_tokens"] == counts[2]
    assert usage["prompt_tokens_details"]["cache_write_tokens"] == counts[3]


def joined(chunks):
    """What a client adds up from chunks."""
    message = {"content": "", "reasoning": "", "reasoning_details": [], "annotations": [], "calls": []}
    end, usage = None, None
    for chunk in chunks:
        usage = chunk.get("usage") or usage
        for choice in chunk["choices"]:
            delta, end = choice["delta"], choice["finish_reason"] or end
            for name in ("content", "reasoning", "reasoning_details", "annotations"):
                message[name] += delta.get(name) or type(message[name])()
            for call in delta.get("tool_calls") or []:
                if "id" in call:
                    message["calls"].append({**call, "function": dict(call["function"])})
                else:
                    message["calls"][call["index"]]["function"]["arguments"] += call["function"]["arguments"]
    return message, usage, end


def test_no_reply_loses_anything():
    for one in exchanges():
        if one.status != 200 or one.is_stream or not one.body:
            continue
        raw = json.loads(one.body)
        told = read_message(raw)
        reply = DIALECT.decode_response(one.body)
        choice = reply.document["choices"][0]
        message = {**choice["message"], "calls": choice["message"].get("tool_calls") or []}
        agrees(told, message, reply.document["usage"], choice["finish_reason"], billed(raw))
        for body in (DIALECT.relay_response(one.body, STAMP).body, DIALECT.encode_response(reply, STAMP)):
            assert read_message(json.loads(body)) == told, one.name
            assert json.loads(body)["usage"]["cost"] > 0


def test_no_stream_loses_anything():
    for one in exchanges():
        if not one.is_stream:
            continue
        raw = read_stream(one.body)
        told = read_message(raw)
        chunks, decoder = decode_all(DIALECT, [one.body])
        agrees(told, *joined(chunks), billed(raw))
        encoder = DIALECT.encode_stream(STAMP)
        encoded = b"".join(map(encoder.encode, chunks)) + encoder.close(decoder.usage)
        for out in (relay_all(DIALECT, [one.body])[0], encoded):
            assert read_message(read_stream(out)) == told, one.name
            assert out.count(b'"cost":') == 1


def test_every_request_comes_back_as_it_was():
    for one in exchanges():
        if one.request is None or one.status != 200:
            continue
        opened = DIALECT.open(one.request)
        request = DIALECT.decode_request(opened)
        asked = json.loads(one.request)
        draft = DIALECT.encode_request(request, url="", upstream=asked["model"], stream=opened.stream)
        sent = json.loads(jsonbody.encode(draft.document))
        assert sent | {"stream": None} == asked | {"stream": None}, one.name


def test_every_request_says_the_same_without_its_original():
    """The canonical form alone carries texts, results, calls and reasoning; what it does not is told."""
    for one in exchanges():
        if one.request is None or one.status != 200:
            continue
        opened = DIALECT.open(one.request)
        request = DIALECT.decode_request(opened)
        unsaid = request.original.unsaid
        plain = type(request).model_validate_json(request.model_dump_json(exclude_unset=True, by_alias=True))
        asked = json.loads(one.request)
        draft = DIALECT.encode_request(plain, url="", upstream=asked["model"], stream=opened.stream)
        sent = json.loads(jsonbody.encode(draft.document))
        if not any(name.startswith("messages.") for name in unsaid):
            assert words(sent) == words(asked), one.name
        for name in ("max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "tool_choice"):
            told = [lost.field for lost in draft.lost]
            assert sent.get(name) == asked.get(name) or name in told, (one.name, name)


def words(document):
    """All that is said, call by call and result by result, whatever the grouping in messages."""
    said = []
    system = {"content": document.get("system") or []}
    for message in [system, *document["messages"]]:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            if block["type"] == "tool_result":
                inner = block.get("content") or ""
                texts = [inner] if isinstance(inner, str) else [b.get("text") or b.get("tool_name") for b in inner]
                said.append(("result", block["tool_use_id"], *filter(None, texts)))
            elif block["type"] == "tool_use":
                said.append(("call", block["id"], block["name"], json.dumps(block["input"], sort_keys=True)))
            elif block["type"] in ("image", "document"):
                said.append((block["type"], json.dumps(block["source"], sort_keys=True)))
            elif block["type"] in ("thinking", "redacted_thinking"):
                said.append((block["type"], block.get("thinking"), block.get("signature"), block.get("data")))
            elif block.get("text"):
                said.append(("text", block["text"]))
    return sorted(map(str, said))


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
def test_the_larger_set_is_there():
    assert sum(1 for _ in recordings("anthropic-messages")) > 700
