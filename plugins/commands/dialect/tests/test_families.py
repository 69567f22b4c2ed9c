"""Each family's reader: what is all there passes, each single loss is noticed, a stream says what its reply says."""

import copy
import json
from importlib import import_module

import pytest
from crossroads_dialect import frames
from crossroads_dialect.exchange import check, raw_bytes
from crossroads_dialect.folders import reads
from crossroads_dialect.reading import Asked


def reader(folder, operation="chat"):
    return import_module(f"crossroads_dialect.readers.{reads(folder, operation).reader}")


def checked(record, codec):
    return check(record, dict.fromkeys(reads(record["dialect"], record["operation"]).dialects, codec), 0)


def without(document, loss):
    """The canonical document after a loss."""
    lossy = copy.deepcopy(document)
    [choice] = lossy["choices"]
    message = choice["message"]
    match loss:
        case "text":
            message["content"] = "H"
        case "thoughts":
            message["reasoning"], message["reasoning_details"][0]["text"] = "h", "h"
        case "seals":
            del message["reasoning_details"][0]["signature"]
        case "calls":
            message["tool_calls"][0]["function"]["arguments"] = '{"a": 2}'
        case "notes":
            del message["annotations"]
        case "finish":
            choice["finish_reason"] = "length"
        case "native":
            choice["native_finish_reason"] = "other"
    return lossy


def test_a_reply_and_a_stream_that_are_all_there_pass(family, record, told):
    folder, reply, stream, finish, native = family
    codec = told.codec(told.canonical(finish, native))
    if folder in ("ollama-generate", "watsonx", "openai-completions"):
        del codec.document["choices"][0]["message"]["tool_calls"]
    for body, streamed in ((reply, False), (stream, True)):
        outcome = checked(record(folder, body, stream=streamed), codec)
        assert (outcome.state, outcome.reason) == ("passed", "")


def test_a_reader_finds_what_the_reply_says(family):
    folder, reply, _, _, _ = family
    [said] = reader(folder).reply(reply).choices.values()
    assert said.text == "Hi"
    assert said.thoughts in ([], ["hm"])
    assert [(one.name, json.loads(one.arguments)) for one in said.calls] in ([], [("f", {"a": 1})])


def test_a_stream_says_what_its_reply_says(family):
    folder, reply, stream, _, _ = family
    events = frames.events(raw_bytes(stream), binary=isinstance(stream, dict))
    whole, pieces = reader(folder).reply(reply), reader(folder).stream(events)
    assert pieces.choices == whole.choices
    assert pieces.counts == whole.counts
    assert pieces.complete
    assert not pieces.failed


def test_each_loss_is_noticed_in_a_reply_and_in_a_stream(family, record, told):
    folder, reply, stream, finish, native = family
    document = told.canonical(finish, native)
    [said] = reader(folder).reply(reply).choices.values()
    if not said.calls:
        del document["choices"][0]["message"]["tool_calls"]
    losses = [
        name for name in ("text", "thoughts", "seals", "calls", "notes", "finish", "native") if getattr(said, name)
    ]
    assert {"text", "finish"} <= set(losses)
    for loss in losses:
        codec = told.codec(without(document, loss))
        for body, streamed in ((reply, False), (stream, True)):
            assert checked(record(folder, body, stream=streamed), codec).state == "failed", loss


def test_a_wrong_count_is_noticed(family, record, told):
    folder, reply, stream, finish, native = family
    document = told.canonical(finish, native)
    if folder in ("ollama-generate", "watsonx", "openai-completions"):
        del document["choices"][0]["message"]["tool_calls"]
    for usage in (None, type(told.usage)(input_tokens=3, output_tokens=1)):
        for body, streamed in ((reply, False), (stream, True)):
            outcome = checked(record(folder, body, stream=streamed), told.codec(document, usage))
            assert outcome.reason.startswith("usage:")


def test_rows_that_are_all_there_pass_and_a_changed_one_is_noticed(rows, record, told):
    folder, operation, body, document = rows
    passed = checked(record(folder, body, operation=operation), told.codec(document, operation=operation))
    assert (passed.state, passed.reason) == ("passed", "")
    emptied = {name: [] if isinstance(value, list) else "H" for name, value in document.items()}
    failed = checked(record(folder, body, operation=operation), told.codec(emptied, operation=operation))
    assert failed.reason.startswith("row")


def test_an_error_that_looks_like_a_reply_is_noticed(record, told):
    body = {"error": {"message": "no"}}
    outcome = checked(record("openai-chat", body), told.codec(told.canonical("stop", "stop")))
    assert outcome.reason == "response: an error, or nothing, was taken for a reply"


@pytest.mark.parametrize("folder", ["anthropic-messages", "bedrock-converse"])
def test_arguments_that_a_limit_cut_are_kept_as_they_are(folder, told):
    cut = {
        "anthropic-messages": told.sse(
            {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "c", "name": "f"}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a'}},
        ),
        "bedrock-converse": told.aws(
            ("contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "c", "name": "f"}}}),
            ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"toolUse": {"input": '{"a'}}}),
        ),
    }[folder]
    said = reader(folder).stream(frames.events(raw_bytes(cut), binary=isinstance(cut, dict)))
    assert said.choice().calls == [Asked("c", "f", '{"a')]
    assert not said.complete


def test_arguments_that_google_streams_by_path_are_put_together(told):
    def call(**fields):
        return {"candidates": [{"content": {"parts": [{"functionCall": fields}]}}]}

    events = frames.events(
        told.sse(
            call(name="f", id="1", willContinue=True),
            call(partialArgs=[{"jsonPath": "$.a[0].b", "stringValue": "x", "willContinue": True}]),
            call(partialArgs=[{"jsonPath": "$.a[0].b", "stringValue": "y"}, {"jsonPath": "$.n1", "numberValue": 2}]),
            call(),
            call(name="g", args={}),
        ).encode()
    )
    calls = reader("google-gemini").stream(events).choice().calls
    assert [(one.name, json.loads(one.arguments)) for one in calls] == [("f", {"a": [{"b": "xy"}], "n1": 2}), ("g", {})]
