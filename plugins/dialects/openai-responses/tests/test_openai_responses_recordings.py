"""Every recorded exchange, read by plain walking of its JSON, against what the dialect makes of it."""

import json

import pytest
from crossroads_openai_responses import OpenAIResponses

from crossroads import jsonbody, native
from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing.laws import STAMP, a_split_changes_nothing, both_paths_send_the_same, decode_all, relay_all
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder

DIALECT = OpenAIResponses()
WHERE = {"url": "https://api.northwind.example/v1/responses", "upstream": "small-2"}
TOUCHED = {"id", "model", "usage", "created_at"}
RECORDED = pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
CUT = "dae0194e1b094ef4"
"""A cassette whose author took out most deltas, and changed the last one: its text can't be told."""
STATE = ("store", "previous_response_id", "conversation", "background")


KINDS = {
    "request": lambda one: one.request and b'"input"' in one.request,
    "error": lambda one: one.status != 200,
    "stream": lambda one: one.status == 200 and one.is_stream,
    "reply": lambda one: one.status == 200 and not one.is_stream and b'"output"' in one.body,
}


def records(kind):
    """Of one kind; other operations (conversations, token counts) are left out."""
    return filter(KINDS[kind], recordings("openai-responses"))


def texts_of(items):
    return "".join(
        part["text"] for item in items if item["type"] == "message" for part in item["content"] if "text" in part
    )


def check_message(said, items):
    """A canonical message (or joined deltas) holds all that these output items say."""
    by = {kind: [i for i in items if i["type"] == kind] for kind in ("message", "reasoning", "function_call")}
    parts = [part for item in by["message"] for part in item["content"]]
    assert (said.get("content") or "") == texts_of(items)
    assert (said.get("refusal") or "") == "".join(part.get("refusal", "") for part in parts)
    calls = [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in said.get("tool_calls", ())
             if c["type"] == "function"]  # fmt: skip
    assert calls == [(i["call_id"], i["name"], i["arguments"]) for i in by["function_call"]]
    details = said.get("reasoning_details", [])
    thought = [part["text"] for i in by["reasoning"] for part in (*(i["summary"] or ()), *(i.get("content") or ()))]
    assert "".join(thought) == "".join(d.get("summary") or d.get("text") or "" for d in details)
    for text in thought:
        assert text in said["reasoning"]
    secrets = [i["encrypted_content"] for i in by["reasoning"] if i.get("encrypted_content")]
    assert secrets == [d["data"] for d in details if d["type"] == "reasoning.encrypted"]
    notes = [note for part in parts for note in part.get("annotations") or ()]
    flat = [{"type": "url_citation", **n["url_citation"]} if "url_citation" in n else n
            for n in said.get("annotations", ())]  # fmt: skip
    assert [n.get("url", n.get("file_id")) for n in flat] == [n.get("url", n.get("file_id")) for n in notes]
    pictures = [i["result"] for i in items if i["type"] == "image_generation_call" and i.get("result")]
    assert [image["image_url"]["url"].split(",")[1] for image in said.get("images", ())] == pictures


def check_usage(usage, raw):
    if not raw:
        assert usage is None
        return
    assert usage.prompt_tokens + usage.completion_tokens == raw["total_tokens"]
    assert usage.prompt_tokens == raw["input_tokens"]
    assert usage.cache_read_tokens == (raw.get("input_tokens_details") or {}).get("cached_tokens", 0)
    assert usage.reasoning_tokens == (raw.get("output_tokens_details") or {}).get("reasoning_tokens", 0)


def finish_of(response):
    if response["status"] == "incomplete":
        return "content_filter" if response["incomplete_details"]["reason"] == "content_filter" else "length"
    return "tool_calls" if {"function_call", "custom_tool_call"} & {i["type"] for i in response["output"]} else "stop"


@RECORDED
def test_every_recorded_request_is_sent_as_it_came():
    seen = 0
    for one in records("request"):
        body = {name: value for name, value in json.loads(one.request).items() if name not in STATE}
        data = json.dumps(body).encode()
        both_paths_send_the_same(DIALECT, data)
        sent = json.loads(jsonbody.encode(DIALECT.splice_request(DIALECT.open(data), **WHERE).document))
        expected = {**body, "model": "small-2", "store": False}
        expected.pop("stream_options", None) if not body.get("stream") else None
        if "user" in expected:
            assert sent.pop("safety_identifier") != expected.pop("user")
        assert sent == expected
        seen += 1
    assert seen


@RECORDED
def test_every_recorded_request_says_all_its_text_to_a_chat_model():
    for one in records("request"):
        body = {name: value for name, value in json.loads(one.request).items() if name not in STATE}
        request = DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
        items = [{"role": "user", "content": body["input"]}] if isinstance(body["input"], str) else body["input"]
        if "prompt" in body or any(item.get("type") in ("compaction", "item_reference") for item in items):
            with pytest.raises(Unsupported):
                native.request_for("openai-chat", request)
            continue
        seen, lost = native.request_for("openai-chat", request)
        told = json.dumps(seen.model_dump(exclude_unset=True))
        assert '"native"' not in told
        for item in items:
            content = item.get("content", item.get("output"))
            for text in [content] if isinstance(content, str) else [p.get("text") for p in content or ()]:
                assert text is None or json.dumps(text)[1:-1] in told
            kind = item.get("type", "message")
            if kind in ("function_call", "function_call_output"):
                assert item["call_id"] in told
            elif kind not in ("message", "reasoning"):
                assert kind in {one.field for one in lost}


@RECORDED
def test_every_recorded_reply_keeps_all_it_says():
    seen = unfinished = 0
    for one in records("reply"):
        raw = json.loads(one.body)
        if raw.get("status") in ("queued", "in_progress"):  # of background responses, which we refuse to ask for
            with pytest.raises(BadUpstream):
                DIALECT.decode_response(one.body)
            unfinished += 1
            continue
        if raw.get("object") != "response":
            continue
        relayed, decoded = DIALECT.relay_response(one.body, STAMP), DIALECT.decode_response(one.body)
        again = json.loads(DIALECT.encode_response(decoded, STAMP))
        for document in (json.loads(relayed.body), again):
            for name in raw.keys() - TOUCHED - {"status"}:
                assert document[name] == raw[name], name
            assert (document["id"], document["model"]) == (STAMP.id, STAMP.model)
        check_message(decoded.document["choices"][0]["message"], raw["output"])
        check_usage(decoded.usage, raw["usage"])
        assert decoded.finish_reason == relayed.finish_reason == finish_of(raw)
        seen += 1
    assert seen > unfinished


def joined(chunks):
    """Deltas of a stream as one message, by plain joining."""
    said = {"content": "", "refusal": "", "reasoning": "", "reasoning_details": [], "tool_calls": []}
    said |= {"annotations": [], "images": []}
    for chunk in chunks:
        for delta in (choice["delta"] for choice in chunk["choices"]):
            for name in ("content", "refusal", "reasoning"):
                said[name] += delta.get(name) or ""
            for name in ("reasoning_details", "annotations", "images"):
                said[name] += delta.get(name) or []
            for call in delta.get("tool_calls") or ():
                if "id" in call:
                    said["tool_calls"].append({**call, call["type"]: dict(call[call["type"]])})
                else:
                    inner = next(value for value in call.values() if isinstance(value, dict))
                    whole = said["tool_calls"][call["index"]]
                    for holds, text in inner.items():
                        whole[whole["type"]][holds] += text
    return said


def events_of(text):
    blocks = text.decode().replace("\r\n", "\n").split("\n\n")
    lines = [line[5:].strip() for block in blocks for line in block.split("\n") if line.startswith("data:")]
    events = [json.loads(line) for line in lines if line != "[DONE]"]
    kinds = [event["type"] for event in events]
    end = next(n for n, kind in enumerate(kinds) if kind in ("response.completed", "response.incomplete"))
    return events[: end + 1]  # two cassettes hold the next call's stream after it


def told_items(events):
    """The finished items of a stream. OpenAI encrypts anew for the last event: there the same reads differently."""
    items = events[-1]["response"]["output"]
    done = {e["output_index"]: e["item"] for e in events if e["type"] == "response.output_item.done"}
    told = [done.get(n, item) for n, item in enumerate(items)]
    assert [item["type"] for item in told] == [item["type"] for item in items]
    return told


@RECORDED
def test_every_recorded_stream_keeps_all_it_says():
    seen = 0
    for one in records("stream"):
        raw = events_of(one.body)
        final, told = raw[-1]["response"], told_items(raw)
        relayed, error = relay_all(DIALECT, [one.body])
        assert error is None
        assert relayed.endswith(b"data: [DONE]\n\n")
        for theirs, ours in zip(raw, events_of(relayed), strict=True):
            if "response" in theirs:
                before, after = theirs.pop("response"), ours.pop("response")
                assert all(after[name] == before[name] for name in before.keys() - TOUCHED)
                assert (after["id"], after["model"]) == (STAMP.id, STAMP.model)
            assert ours == theirs
        chunks, decoder = decode_all(DIALECT, [one.body])
        if one.name != CUT:
            check_message(joined(chunks), told)
        check_usage(decoder.usage, final["usage"])
        assert decoder.finish_reason == finish_of(final)
        a_split_changes_nothing(DIALECT, one.body, [7, len(one.body) // 2, len(one.body) - 5])
        seen += 1
    assert seen


@RECORDED
def test_every_recorded_error_is_a_canonical_one():
    for one in records("error"):
        error = DIALECT.decode_error(one.status, one.headers, one.body)
        told = json.loads(one.body)["error"]
        message = told["message"] if isinstance(told, dict) else told
        if "API key" in message or one.status == 429:
            assert (error.code, error.status) == ("provider_unavailable", 502)
        elif "context window" in message:
            assert error.code == "context_length_exceeded"
        elif "does not exist" in message:
            assert error.code == "not_found"
        else:
            assert (error.code, error.elsewhere) == ("invalid_request", False)
