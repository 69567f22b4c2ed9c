"""Streams: what is held back, what is touched, what ends one, what breaks one."""

import json

import msgspec
import pytest
from crossroads_openai_chat import OpenAIChat

from crossroads.call import Call
from crossroads.errors import BadUpstream, StreamCut, UpstreamRefused
from crossroads.holding import HELD_BYTES_MAX
from crossroads.route import Attempt, Endpoint
from crossroads.testing.laws import NO_USAGE, STAMP, decode_all, relay_all
from crossroads.testing.recordings import vectors
from crossroads.types.usage import Usage

DIALECT = OpenAIChat()
VECTORS = {vector.name: vector for vector in vectors("openai-chat")}
DONE = b"data: [DONE]\n\n"


def event(**fields):
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


def chunk(delta, finish=None, index=0, **fields):
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return event(id="up-1", object="chat.completion.chunk", created=7, model="small-2", choices=[choice], **fields)


def usage(**counts):
    return event(id="up-1", choices=[], usage={"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7, **counts})


def documents(out):
    lines = [line for line in out.split(b"\n\n") if line]
    return [json.loads(line.removeprefix(b"data: ")) for line in lines if line != DONE.strip()]


ROLE, HI, END = chunk({"role": "assistant", "content": ""}), chunk({"content": "Hi"}), chunk({}, "stop")


def test_nothing_leaves_before_the_first_token():
    relay = DIALECT.relay_stream(STAMP)
    assert relay.feed(b": keep-alive\n\n" + ROLE) == b""
    assert (relay.started, relay.seen_tokens) == (False, 0)
    assert len(documents(relay.feed(HI))) == 2
    assert (relay.started, relay.seen_tokens, relay.upstream_id) == (True, 1, "up-1")


@pytest.mark.parametrize(
    "delta",
    [{"reasoning": "x"}, {"reasoning_content": "x"}, {"tool_calls": [{"index": 0}]}, {"refusal": "no"},
     {"audio": {"data": "x"}}, {"reasoning_details": [{"type": "reasoning.text"}]}, {"function_call": {"name": "f"}}],
)  # fmt: skip
def test_these_count_as_a_first_token(delta):
    assert DIALECT.relay_stream(STAMP).feed(chunk(delta))


@pytest.mark.parametrize("delta", [{}, {"content": None}, {"content": ""}, {"tool_calls": []}, {"role": "assistant"}])
def test_these_do_not(delta):
    assert DIALECT.relay_stream(STAMP).feed(chunk(delta)) == b""


def test_only_identity_is_touched():
    first, second = documents(
        DIALECT.relay_stream(STAMP).feed(chunk({"content": "é"}, logprobs=[1.50], extra=None) + HI)
    )
    assert list(first) == ["id", "object", "created", "model", "choices", "logprobs", "extra", "provider"]
    assert (first["id"], first["model"], first["provider"]) == (STAMP.id, STAMP.model, STAMP.provider)
    assert (first["created"], first["logprobs"], first["choices"][0]["delta"]) == (7, [1.5], {"content": "é"})
    assert second["choices"][0]["delta"] == {"content": "Hi"}


def test_usage_leaves_once_priced_and_last():
    out, error = relay_all(DIALECT, [HI + END + usage(queue_time=0.5) + DONE])
    assert error is None
    assert out.endswith(DONE)
    *chunks, last = documents(out)
    assert all("usage" not in one for one in chunks)
    assert last["choices"] == []
    assert last["usage"]["cost"] == 2.9e-08
    assert last["usage"]["queue_time"] == 0.5


def test_cumulative_usage_in_every_chunk_is_taken_from_the_last_good_one():
    pieces = [
        chunk({"content": "a"}, usage={"prompt_tokens": 5, "completion_tokens": 1}),
        chunk({}, "stop", usage={"prompt_tokens": 5, "completion_tokens": 2}),
        chunk({}, usage={"prompt_tokens": None, "completion_tokens": -1}) + DONE,
    ]
    relay = DIALECT.relay_stream(STAMP)
    out = b"".join(map(relay.feed, pieces)) + relay.close(framed=True, usage=NO_USAGE)
    assert relay.usage == Usage(input_tokens=5, output_tokens=2)
    assert out.count(b'"usage"') == 1


def test_without_reported_usage_the_given_one_is_sent():
    relay = DIALECT.relay_stream(STAMP)
    relay.feed(HI + END)
    assert relay.usage is None
    last = documents(relay.close(framed=True, usage=Usage(input_tokens=3, quality="estimated")))[-1]
    assert last["usage"]["prompt_tokens"] == 3


def test_an_end_that_framing_proves_is_complete_only_when_every_choice_has_finished():
    whole = HI + chunk({"content": "Ho"}, index=1) + END
    assert isinstance(relay_all(DIALECT, [whole], framed=True)[1], StreamCut)
    assert isinstance(relay_all(DIALECT, [whole + chunk({}, "stop", 1)], framed=False)[1], StreamCut)
    assert relay_all(DIALECT, [whole + chunk({}, "stop", 1)], framed=True)[1] is None
    assert isinstance(relay_all(DIALECT, [b""], framed=True)[1], StreamCut)


def test_a_terminator_without_its_blank_line_is_one():
    for ending in (b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r\n"):
        assert relay_all(DIALECT, [HI + END + ending], framed=False)[1] is None


def test_what_follows_the_terminator_is_not_read():
    assert relay_all(DIALECT, [HI + END + DONE + b"data: garbage\n\n"])[1] is None


def test_a_finish_reason_that_no_client_knows_is_renamed_and_kept_beside():
    relay = DIALECT.relay_stream(STAMP)
    [choice] = documents(relay.feed(chunk({}, "eos_token")))[0]["choices"]
    assert (choice["finish_reason"], choice["native_finish_reason"]) == ("stop", "eos_token")
    assert relay.finish_reason == "stop"


def test_an_empty_finish_reason_is_none_yet():
    relay = DIALECT.relay_stream(STAMP)
    [choice] = documents(relay.feed(chunk({"content": "a"}, "")))[0]["choices"]
    assert choice["finish_reason"] is None
    with pytest.raises(StreamCut):
        relay.close(framed=True, usage=NO_USAGE)


def test_a_finish_reason_of_2023_is_left_to_its_client_and_canonical_when_decoded():
    [choice] = documents(DIALECT.relay_stream(STAMP).feed(chunk({}, "function_call")))[0]["choices"]
    assert choice["finish_reason"] == "function_call"
    chunks, _ = decode_all(DIALECT, [chunk({}, "function_call")], framed=True)
    assert chunks[0]["choices"][0]["finish_reason"] == "tool_calls"
    assert chunks[0]["choices"][0]["native_finish_reason"] == "function_call"


def test_reasoning_content_is_also_reasoning_when_decoded():
    chunks, _ = decode_all(DIALECT, [chunk({"reasoning_content": "hm"}, "stop")], framed=True)
    assert chunks[0]["choices"][0]["delta"] == {"reasoning_content": "hm", "reasoning": "hm"}


def test_keys_that_clients_insist_on_are_added_only_where_they_lack():
    data = event(id="x", choices=[{"index": 0, "delta": {"content": "a"}}, {"finish_reason": "stop"}])
    [document] = documents(DIALECT.relay_stream(STAMP).feed(data))
    assert document["choices"] == [
        {"index": 0, "finish_reason": None, "delta": {"content": "a"}},
        {"index": 1, "finish_reason": "stop", "delta": {}},
    ]
    assert document["object"] == "chat.completion.chunk"
    assert document["created"] == STAMP.created


def test_tool_calls_without_numbers_get_them():
    def call(id, part):
        return chunk({"tool_calls": [{"id": id, "function": {"arguments": part}}]})

    out = DIALECT.relay_stream(STAMP).feed(call("a", "{") + call("a", "}") + call("b", "{}") + call(None, ""))
    numbers = [document["choices"][0]["delta"]["tool_calls"][0]["index"] for document in documents(out)]
    assert numbers == [0, 0, 1, 1]


def test_an_event_over_several_data_lines_leaves_as_proper_events():
    data = b'data: {"id":"x","choices":[{"index":0,\ndata: "delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'
    out, error = relay_all(DIALECT, [data])
    assert error is None
    assert decode_all(DIALECT, [out])[0][0]["choices"][0]["delta"] == {"content": "a"}


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (event(error={"message": "No room", "code": 503}), 503),
        (event(error={"message": "Slow down", "type": "rate_limit_exceeded"}), 429),
        (event(error="it broke"), 502),
        (event(object="error", message="it broke", code=400), 502),
        (b'event: error\ndata: {"message":"it broke"}\n\n', 502),
        (event(id="x", choices=[], error={"message": "Token limit reached", "code": 400}), 400),
    ],
)
def test_an_error_before_the_first_token_is_raised_at_once(data, status):
    with pytest.raises(UpstreamRefused) as caught:
        DIALECT.relay_stream(STAMP).feed(ROLE + data)
    assert caught.value.status == status
    assert caught.value.billing == "maybe"


@pytest.mark.parametrize(
    "data",
    [event(error=5), event(error=True), event(choices=5), event(choices=[5]), event(choices=[{"finish_reason": {}}]),
     b"data: nonsense\n\n", b"data: [1]\n\n", b'data: {"choices":[],"a":"\xff"}\n\n',
     b"data: " + b"[" * 99_999 + b"\n\n"],
)  # fmt: skip
def test_what_can_not_be_read_is_a_broken_upstream(data):
    for out, error in (relay_all(DIALECT, [data]), decode_all(DIALECT, [data])):
        assert type(error) is BadUpstream
        assert not out


def test_an_error_after_tokens_comes_after_them():
    relay = DIALECT.relay_stream(STAMP)
    relay.feed(HI)
    assert b"there" in relay.feed(chunk({"content": "there"}) + event(error={"message": "gone", "code": 502}))
    with pytest.raises(UpstreamRefused):
        relay.close(framed=True, usage=NO_USAGE)
    with pytest.raises(UpstreamRefused):
        relay.feed(END)


def test_a_null_error_is_none():
    assert relay_all(DIALECT, [chunk({"content": "a"}, "stop", error=None)])[1] is None


def test_a_host_that_never_comes_to_a_token_is_cut_off():
    _, error = relay_all(DIALECT, [ROLE] * (HELD_BYTES_MAX // len(ROLE) + 1))
    assert type(error) is BadUpstream
    assert "without a token" in error.what


def test_a_recorded_error_after_tokens_keeps_the_hosts_status():
    _, error = relay_all(DIALECT, [VECTORS["error-in-stream-after-tokens"].body])
    assert (error.status, error.upstream_status) == (400, 400)


def test_the_in_stream_error_event_is_openrouters_and_no_terminator():
    endpoint = Endpoint(id="n/s", provider="n", plugin="n", provider_name="Northwind", model="acme/small",
                        upstream="s", serves={})  # fmt: skip
    call = Call(id="gen-1", dialect=DIALECT, opened=None, received_at=9.5, began=0.0)
    call.attempt = Attempt("a", endpoint, 9.5)
    out = DIALECT.encode_error(StreamCut("it ended.", remedy="Retry."), call, in_stream=True)
    assert b"[DONE]" not in out
    assert documents(out) == [
        {
            "id": "gen-1", "object": "chat.completion.chunk", "created": 9, "model": "acme/small",
            "provider": "Northwind",
            "error": {"code": 502, "message": "it ended. Retry.",
                      "metadata": {"error_type": "provider_unavailable", "provider_name": "Northwind"}},
            "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error", "native_finish_reason": None}],
        }
    ]  # fmt: skip
    with pytest.raises(UpstreamRefused):  # a gateway behind a gateway understands it
        DIALECT.relay_stream(STAMP).feed(out)


def test_an_encoder_takes_chunks_of_any_dialect():
    encoder = DIALECT.encode_stream(STAMP)
    [document] = documents(encoder.encode({"choices": [{"delta": {"content": "a"}}]}))
    [choice] = document["choices"]
    assert choice == {"index": 0, "finish_reason": None, "native_finish_reason": None, "delta": {"content": "a"}}
    assert (document["id"], document["created"]) == (STAMP.id, STAMP.created)
    assert encoder.encode({"choices": [], "usage": {"prompt_tokens": 1}}) == b""
    end = encoder.close(Usage(input_tokens=1))
    assert end.endswith(DONE)
    assert msgspec.json.decode(end.split(b"\n\n")[0][6:])["usage"]["prompt_tokens"] == 1


def test_calls_of_one_number_are_told_apart_by_their_ids_and_pieces_of_one_are_not():
    def piece(index, arguments, **head):
        name = {"name": head.pop("name")} if "name" in head else {}
        return chunk({"tool_calls": [{"index": index, **head, "function": {**name, "arguments": arguments}}]})

    same = [piece(0, '{"a":', id="x", name="f"), piece(0, "1}", id="other"), piece(0, "{}", id="y", name="f")]
    chunks, _ = decode_all(
        DIALECT, [*same, piece(1, "{}", id="z", name="g"), piece(0, "", id="y"), chunk({}, "stop"), DONE]
    )
    calls = [call for one in chunks for choice in one["choices"] for call in choice["delta"].get("tool_calls", ())]
    assert [call["index"] for call in calls] == [0, 0, 1, 2, 1]


def test_content_in_parts_is_text_for_who_decodes_and_what_is_no_text_breaks_the_stream():
    parts = [{"type": "text", "text": "H"}, {"type": "text", "text": "i"}]
    chunks, _ = decode_all(DIALECT, [chunk({"content": parts}), END, DONE])
    assert chunks[0]["choices"][0]["delta"]["content"] == "Hi"
    _, error = decode_all(DIALECT, [chunk({"content": [{"type": "thinking", "thinking": []}]}), END, DONE])
    assert isinstance(error, BadUpstream)
