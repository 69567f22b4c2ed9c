"""The check over a real codec, OpenAI chat's: what passes, and that each planted loss is found."""

import copy
import json

import pytest
from crossroads_dialect.exchange import check
from crossroads_dialect.folders import reads
from crossroads_dialect.requests import Difference, allowed
from crossroads_openai_chat import OpenAIChat
from crossroads_openai_chat.stream import StreamDecoder
from crossroads_openai_responses import OpenAIResponses

from crossroads.errors import UpstreamRefused

CODECS = {"openai-chat": OpenAIChat()}
REQUEST = {
    "model": "small-2",
    "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi", "x": [1, 2.0, None]}]}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "user": "jane",
    "stream": True,
}
CALL = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
REPLY = {
    "id": "up-1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi", "tool_calls": [CALL]},
                 "finish_reason": "tool_calls"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}  # fmt: skip


@pytest.fixture
def exchange(record, told):
    """A record of a stream, of a reply, or of an error, with the request."""

    def made(kind, status=200, headers=None, **request):
        sent = {"method": "POST", "url": "https://api.northwind.example/v1/chat/completions", "headers": {}}
        sent["body"] = {**REQUEST, **request}
        if kind == "error":
            body = {"error": {"message": "slow down", "type": "tokens"}}
            return record("openai-chat", body, request=sent, response={"status": status, "headers": headers or {}})
        if kind == "reply":
            return record(
                "openai-chat", copy.deepcopy(REPLY), request={**sent, "body": {**sent["body"], "stream": False}}
            )
        delta = {**REPLY["choices"][0], "delta": REPLY["choices"][0]["message"]}
        chunks = told.sse({"choices": [delta]}, {"choices": [], "usage": REPLY["usage"]}, "[DONE]")
        return record("openai-chat", chunks, stream=True, request=sent)

    return made


@pytest.mark.parametrize("kind", ["stream", "reply"])
def test_an_exchange_that_loses_nothing_passes(exchange, kind):
    outcome = check(exchange(kind), CODECS, 0)
    assert (outcome.state, outcome.reason) == ("passed", "")


def test_a_lost_tool_call_is_noticed(exchange, monkeypatch):
    whole = OpenAIChat.decode_response

    def lossy(self, body):
        reply = whole(self, body)
        del reply.document["choices"][0]["message"]["tool_calls"]
        return reply

    monkeypatch.setattr(OpenAIChat, "decode_response", lossy)
    assert check(exchange("reply"), CODECS, 0).reason == "tool calls: 1 became 0"


def test_a_lost_chunk_is_noticed(exchange, monkeypatch):
    monkeypatch.setattr(StreamDecoder, "_canonical", lambda self, document: {"choices": []})
    assert "the whole choice is lost" in check(exchange("stream"), CODECS, 0).reason


def test_a_decoder_that_minds_how_it_is_fed_is_noticed(exchange, monkeypatch):
    whole = StreamDecoder.feed
    monkeypatch.setattr(StreamDecoder, "feed", lambda self, data: whole(self, data) if len(data) != 1 else [])
    assert check(exchange("stream"), CODECS, 0).reason.endswith("stream: fed byte by byte it gives something else")


def test_a_request_that_comes_back_changed_is_noticed(exchange, monkeypatch):
    whole = OpenAIChat.encode_request

    def lossy(self, request, **where):
        draft = whole(self, request, **where)
        del draft.document["messages"][0]["content"][0]["x"]
        draft.document["tools"][0]["function"]["name"] = "g"
        draft.document["seed"] = 1
        return draft

    monkeypatch.setattr(OpenAIChat, "encode_request", lossy)
    assert check(exchange("reply"), CODECS, 0).reason.split("; ") == [
        "request: messages.0.content.0.x = '[1, 2.0, null]' is lost",
        "request: tools.0.function.name: 'f' became 'g'",
        "request: seed = '1' was added",
    ]


def test_a_request_that_is_refused_fails_unless_the_host_refused_it_too(exchange):
    wrong = {"messages": [{"role": "user", "content": 5}]}
    assert "refused by the client side" in check(exchange("reply", **wrong), CODECS, 0).reason
    assert check(exchange("error", 400, **wrong), CODECS, 0).state == "passed"
    assert check(exchange("error", 429, **wrong), CODECS, 0).state == "failed"


def test_an_error_answer_must_become_a_canonical_error(exchange, monkeypatch):
    limited = exchange("error", 429, {"retry-after": "7"})
    assert check(limited, CODECS, 0).state == "passed"
    wrong = UpstreamRefused("no.", code="oops", status=200, elsewhere=False, upstream_status=500, remedy="")
    monkeypatch.setattr(OpenAIChat, "decode_error", lambda *_: wrong)
    assert check(limited, CODECS, 0).reason.count("error: ") == 6


def test_an_error_in_a_stream_must_be_raised(exchange, record, told):
    broken = told.sse({"choices": [{"delta": {"content": "H"}}]}, {"error": {"message": "no", "code": 502}})
    assert check(record("openai-chat", broken, stream=True), CODECS, 0).state == "passed"
    codec = told.codec(told.canonical("stop", "stop"))
    outcome = check(record("openai-chat", broken, stream=True), {"openai-chat": codec}, 0)
    assert outcome.reason == "stream: an error in it passed unseen"


def test_a_stream_that_was_cut_may_be_refused_and_a_whole_one_may_not(record, told):
    cut = told.sse({"choices": [{"delta": {"content": "H"}}]})
    assert check(record("openai-chat", cut, stream=True), CODECS, 0).state == "passed"


def test_a_codec_that_raises_fails_its_exchange_and_no_more(exchange, monkeypatch):
    monkeypatch.setattr(OpenAIChat, "decode_response", lambda self, body: {}["missing"])
    assert check(exchange("reply"), CODECS, 0).reason == "response: the codec raised KeyError: 'missing'"


def test_only_folders_without_a_dialect_are_skipped(record):
    assert check(record("other-nobody", {}), CODECS, 0).state == "skipped"
    missing = check(record("bedrock-converse", {}), CODECS, 0)
    assert (missing.state, missing.reason) == ("failed", "dialect bedrock-converse is not installed")
    assert check(record("new-format", {}), CODECS, 0).reason == "dialect new-format is not installed"


def test_a_rule_forgives_its_own_difference_and_no_other():
    hashed = Difference("user", "changed", "jane", "user-00ff")
    assert allowed("openai-chat", hashed)
    assert not allowed("openai-chat", hashed._replace(after="jane2"))
    assert not allowed("openai-chat", hashed._replace(path="metadata.user"))
    assert not allowed("openai-chat", Difference("stream", "gone", True, None))
    assert not allowed("anthropic-messages", Difference("prompt", "gone", "Hi", None))


def test_an_empty_answer_is_none_and_json_in_a_text_is_read(record, told):
    assert check(record("openai-chat", None), CODECS, 0).state == "passed"
    assert check(record("openai-chat", None), {"openai-chat": told.codec({})}, 0).state == "failed"
    assert check(record("openai-chat", json.dumps(REPLY)), CODECS, 0).state == "passed"


def test_a_record_that_no_reader_reads_is_no_fault_of_the_codec(record, told):
    broken = record("bedrock-converse", {"base64": "A" * 64}, stream=True)
    outcome = check(broken, {"bedrock-converse": told.codec({})}, 0)
    assert outcome.reason.startswith("response: the record can't be read (no codec was asked)")


def test_what_a_dialect_states_not_to_do_fails_and_its_reason_says_so(record):
    codec = {"openai-responses": OpenAIResponses()}
    stored = {"model": "small-2", "input": "Hi", "previous_response_id": "resp_1"}
    sent = {"method": "POST", "url": "https://api.northwind.example/v1/responses", "headers": {}, "body": stored}
    outcome = check(record("openai-responses", {"output": []}, operation="responses", request=sent), codec, 0)
    assert outcome.state == "failed"
    assert outcome.reason.startswith("stated limit: nothing is stored here")
    assert "previous_response_id" in outcome.reason
    deleted = {**sent, "method": "DELETE", "url": sent["url"] + "/resp_1", "body": None}
    outcome = check(record("openai-responses", {"deleted": True}, operation="other", request=deleted), codec, 0)
    assert outcome.reason.startswith("stated limit: ")


def test_half_a_request_is_its_record_s_defect_and_no_codec_is_blamed(exchange):
    broken = exchange("reply")
    broken["request"]["body"] = '{"messages": ['
    assert check(broken, CODECS, 0).reason == "request: its body is no JSON, so that no codec was asked"
    broken["id"] = "0fff70a8e9d96042"
    assert check(broken, CODECS, 0).reason.startswith("defect of the record: its request was cut off")


def test_an_address_chooses_a_codec_of_its_own():
    assert reads("openai-responses", "other", "https://x.example/v1/responses/input_tokens").dialects == (
        "openai-count-tokens",
    )
    assert reads("openai-responses", "other", "https://x.example/v1/responses/resp_1").dialects == ("openai-responses",)
