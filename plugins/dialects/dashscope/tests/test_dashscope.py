"""DashScope's own chat: what a request becomes, and replies and streams in every form that a client may ask for.

Samples: Alibaba Cloud Model Studio, "DashScope API reference"; erda-project/erda, `resp_example.md`; read 2026-11-25.
"""

import contextlib
import json

import msgspec
import pytest
from crossroads_dashscope import DashScope
from crossroads_dashscope.request import MULTIMODAL, TEXT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody, native
from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, StreamCut, Unsupported, UpstreamError, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

TestDashScope = dialect_conformance(DashScope)

DIALECT = DashScope()
RELAXED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
BASE = "https://dashscope.northwind.example/api/v1"
WHERE = {"url": BASE + TEXT, "upstream": "small-2"}
HI = {"role": "user", "content": "Hi"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
COUNTS = {"input_tokens": 9, "output_tokens": 5, "total_tokens": 14, "output_tokens_details": {"reasoning_tokens": 2}}
REPLY = json.dumps(
    {
        "output": {
            "text": None,
            "finish_reason": None,
            "choices": [
                {
                    "finish_reason": "tool_calls",
                    "message": {"role": "assistant", "content": "A", "reasoning_content": "B", "tool_calls": [CALL]},
                }
            ],
            "search_info": {
                "search_results": [{"index": 1, "title": "T", "url": "https://a.example", "site_name": "S"}]
            },
        },
        "usage": {**COUNTS, "prompt_tokens_details": {"cached_tokens": 4}, "plugins": {"search": {"count": 1}}},
        "request_id": "r1",
    }
).encode()
PARTS = json.dumps(
    {
        "output": {
            "choices": [
                {
                    "message": {"content": [{"text": "Hello! "}, {"text": "Hi."}], "role": "assistant"},
                    "finish_reason": "stop",
                }
            ]
        },
        "usage": {"input_tokens": 92, "output_tokens": 10},
        "request_id": "e2edfd5d",
    }
).encode()
PLAIN = (
    b'{"output":{"finish_reason":"stop","text":"Hello"},"request_id":"755310ab",'
    b'"usage":{"total_tokens":11,"input_tokens":10,"output_tokens":1}}'
)


def event(number, choice, **usage):
    told = {"output": {"choices": [choice]}, "usage": usage, "request_id": "r1"}
    return b"id:%d\nevent:result\n:HTTP_STATUS/200\ndata:%b\n\n" % (number, json.dumps(told).encode())


def piece(reason="null", **message):
    return {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": "", **message}}


STREAM = b"".join(
    (
        event(1, piece(reasoning_content="Hm"), input_tokens=9, output_tokens=1),
        event(2, piece(content="Hel"), input_tokens=9, output_tokens=2),
        event(3, piece(content="lo"), input_tokens=9, output_tokens=3),
        event(4, piece(tool_calls=[{**CALL, "index": 0, "function": {"name": "f", "arguments": '{"a"'}}])),
        event(5, piece(tool_calls=[{"index": 0, "id": "", "function": {"arguments": ":1}"}}])),
        event(6, piece("tool_calls"), **COUNTS),
    )
)


def opened(parameters=None, path=TEXT, accept="application/json", **given_):
    body = {"model": "acme/small", "input": {"messages": [HI], **given_}, "parameters": parameters or {}}
    return DIALECT.open(json.dumps(body).encode(), {"path": path, "accept": accept})


def sent(upstream="small-2", stream=False, **fields):
    body = json.dumps({"messages": [HI], **fields}).encode()
    draft = DIALECT.encode_request(validate(ChatRequest, body), url=BASE + TEXT, upstream=upstream, stream=stream)
    return json.loads(jsonbody.encode(draft.document)), [(one.field, one.how) for one in draft.lost], draft


def asking(form):
    return msgspec.structs.replace(laws.STAMP, asked=msgspec.structs.replace(opened(), form=form))


def said(documents):
    deltas = [choice["delta"] for one in documents for choice in one["choices"]]
    calls = [call for one in deltas for call in one.get("tool_calls") or []]
    arguments = "".join(call["function"]["arguments"] for call in calls)
    return *("".join(one.get(name) or "" for one in deltas) for name in ("reasoning", "content")), arguments


@pytest.mark.parametrize("body", [REPLY, PARTS, PLAIN], ids=["message", "parts", "text"])
def test_both_paths_reply_the_same(body):
    laws.both_paths_reply_the_same(DIALECT, body)


def test_a_reply_loses_nothing():
    reply = DIALECT.decode_response(REPLY)
    (choice,) = reply.document["choices"]
    message = choice["message"]
    assert (message["content"], message["reasoning"], message["tool_calls"]) == ("A", "B", [CALL])
    assert message["annotations"] == [
        {"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "T"}}
    ]
    assert reply.usage == Usage(input_tokens=5, cache_read_tokens=4, output_tokens=3, reasoning_tokens=2, searches=1)
    assert (reply.finish_reason, reply.upstream_id) == ("tool_calls", "r1")
    assert DIALECT.decode_response(PARTS).document["choices"][0]["message"]["content"] == "Hello! Hi."
    assert DIALECT.decode_response(PLAIN).document["choices"][0]["message"]["content"] == "Hello"


def test_a_stream_adds_up_and_any_split_gives_the_same():
    documents, decoder = laws.decode_all(DIALECT, [STREAM])
    assert said(documents) == ("Hm", "Hello", '{"a":1}')
    assert sum("usage" in one for one in documents) == 1
    assert decoder.usage == Usage(input_tokens=9, output_tokens=3, reasoning_tokens=2)
    assert decoder.finish_reason == "tool_calls"
    laws.a_split_changes_nothing(DIALECT, STREAM, range(0, len(STREAM), 7))
    for cut in range(0, STREAM.rindex(b"id:6"), 5):
        _, error = laws.relay_all(DIALECT, [STREAM[:cut]])
        assert isinstance(error, StreamCut)


def test_a_relay_says_what_came_with_our_identity_and_the_price_in_the_end():
    out, error = laws.relay_all(DIALECT, [STREAM])
    assert error is None
    told = [json.loads(line[5:]) for line in out.splitlines() if line.startswith(b"data:")]
    assert {one["request_id"] for one in told} == {laws.STAMP.id}
    assert ["cost" in one["usage"] for one in told] == [False] * 5 + [True]
    assert said(laws.decode_all(DIALECT, [out])[0]) == ("Hm", "Hello", '{"a":1}')


@pytest.mark.parametrize("form", ["message+delta", "parts+delta", "text", "message", "parts"])
def test_a_client_gets_pieces_or_all_so_far_as_it_asked(form):
    documents, decoder = laws.decode_all(DIALECT, [STREAM])
    encoder = DIALECT.encode_stream(asking(form))
    out = b"".join(map(encoder.encode, documents)) + encoder.close(decoder.usage)
    told = [json.loads(line[5:]) for line in out.splitlines() if line.startswith(b"data:")]
    messages = [one["output"]["choices"][0]["message"] for one in told]
    contents = [
        m["content"] if isinstance(m["content"], str) else "".join(p["text"] for p in m["content"]) for m in messages
    ]
    if form.endswith("+delta"):
        assert said(laws.decode_all(DIALECT, [out])[0]) == ("Hm", "Hello", '{"a":1}')
        assert "".join(contents) == "Hello"
    else:
        assert contents == sorted(contents, key=len)
        assert (contents[-1], messages[-1]["reasoning_content"]) == ("Hello", "Hm")
        assert messages[-1]["tool_calls"][0]["function"] == CALL["function"]
    assert told[-1]["output"]["text"] == ("Hello" if form == "text" else None)
    assert [one["output"]["choices"][0]["finish_reason"] for one in told][-2:] == ["null", "tool_calls"]
    assert told[-1]["usage"]["input_tokens"] == 9


def test_what_a_client_asks_for_is_read_from_path_parameters_and_accept():
    assert (opened().form, opened().stream) == ("text", False)
    asked = opened(
        {"result_format": "message", "incremental_output": True, "max_tokens": 7, "enable_thinking": True},
        accept="text/event-stream",
    )
    assert (asked.form, asked.stream, asked.max_output_tokens) == ("message+delta", True, 7)
    assert asked.parameters == {"max_tokens", "reasoning"}
    assert opened(path=MULTIMODAL).form == "parts"


def test_a_request_goes_to_another_dialect_in_its_words():
    asked = opened(
        {"top_k": 3, "enable_thinking": True, "thinking_budget": 50, "enable_search": True, "result_format": "message"},
        messages=[{"role": "user", "content": [{"image": "https://a"}, {"text": "What?"}, {"audio": "https://b"}]}],
    )
    other, lost = native.request_for("openai-chat", DIALECT.decode_request(asked))
    assert other.model_dump(exclude_unset=True) == {
        "model": "acme/small",
        "top_k": 3,
        "reasoning": {"enabled": True, "max_tokens": 50},
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "https://a"}},
                    {"type": "text", "text": "What?"},
                    {"type": "input_audio", "input_audio": {"data": "https://b"}},
                ],
            }
        ],
    }
    assert [one.field for one in lost] == ["parameters"]
    assert DIALECT.decode_request(opened(messages=None, prompt="Hi")).messages[0].content == "Hi"


def test_a_canonical_request_becomes_input_and_parameters():
    document, lost, draft = sent(
        stream=True, temperature=1, max_completion_tokens=5, reasoning={"effort": "low"}, user="u"
    )
    assert document == {
        "model": "small-2",
        "input": {"messages": [HI]},
        "parameters": {
            "result_format": "message", "incremental_output": True, "temperature": 1, "max_tokens": 5,
            "enable_thinking": True,
        },
    }  # fmt: skip
    assert lost == [("user", "dropped"), ("reasoning.effort", "emulated")]
    assert dict(draft.headers)[b"x-dashscope-sse"] == b"enable"
    assert sent(reasoning={"enabled": False})[0]["parameters"]["enable_thinking"] is False
    assert sent(reasoning={"max_tokens": 9})[0]["parameters"]["thinking_budget"] == 9


@pytest.mark.parametrize(
    ("upstream", "content", "service"),
    [
        ("qwen-plus", "Hi", TEXT),
        ("qwen-plus", [{"type": "text", "text": "H"}, {"type": "text", "text": "i"}], TEXT),
        ("qwen3-vl-plus", "Hi", MULTIMODAL),
        ("qwen3.7-plus", "Hi", MULTIMODAL),
        ("qwen-plus", [{"type": "image_url", "image_url": {"url": "https://a"}}], MULTIMODAL),
    ],
)
def test_the_service_is_that_of_the_model_or_of_what_is_shown(upstream, content, service):
    document, _, draft = sent(upstream, messages=[{"role": "user", "content": content}])
    assert draft.url == BASE + service
    (message,) = document["input"]["messages"]
    assert isinstance(message["content"], list if service == MULTIMODAL else str)


def test_a_splice_keeps_the_service_and_the_words_of_the_client():
    asked = opened({"result_format": "message", "enable_search": True}, path=MULTIMODAL)
    draft = DIALECT.splice_request(asked, **WHERE)
    assert draft.url == BASE + MULTIMODAL
    document = json.loads(jsonbody.encode(draft.document))
    assert document == {
        "model": "small-2",
        "input": {"messages": [HI]},
        "parameters": {"result_format": "message", "enable_search": True},
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"functions": [{"name": "f"}]},
        {"messages": [{"role": "function", "name": "f", "content": "1"}]},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
    ],
)
def test_what_it_has_no_word_for_is_refused(fields):
    with pytest.raises(Unsupported):
        sent(**fields)


@pytest.mark.parametrize(
    ("status", "code", "ours", "elsewhere"),
    [
        (401, "InvalidApiKey", "provider_unavailable", True),
        (400, "Arrearage", "provider_unavailable", True),
        (400, "DataInspectionFailed", "content_policy_violation", True),
        (400, "InvalidParameter", "invalid_request", False),
        (429, "Throttling.RateQuota", "rate_limit_exceeded", True),
    ],
)
def test_errors_mean_what_they_say(status, code, ours, elsewhere):
    body = json.dumps({"code": code, "message": "no", "request_id": "r"}).encode()
    error = DIALECT.decode_error(status, (), body)
    assert (error.code, error.elsewhere, error.upstream_status) == (ours, elsewhere, status)
    with pytest.raises(UpstreamRefused):
        DIALECT.decode_response(body)
    told = DIALECT.encode_error(BadRequest("it is odd.", remedy="Mend it."), None, in_stream=True)
    _, failed = laws.relay_all(DIALECT, [STREAM[: STREAM.index(b"id:3")] + told])
    assert isinstance(failed, UpstreamRefused)
    assert failed.billing == "maybe"


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"output":null}', b'{"output":{"choices":["x"]}}'])
def test_what_is_no_reply_is_refused(body):
    with pytest.raises(BadUpstream):
        DIALECT.decode_response(body)


@RELAXED
@given(mutilated([STREAM, REPLY]), st.lists(st.integers(0, 3_000), max_size=9))
def test_a_mutilated_answer_raises_nothing_but_our_errors(data, cuts):
    with contextlib.suppress(UpstreamError):
        DIALECT.encode_response(DIALECT.decode_response(data), laws.STAMP)
        DIALECT.relay_response(data, laws.STAMP)
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([json.dumps({"model": "m", "input": {"messages": [HI]}, "parameters": {"top_k": 3}}).encode()]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        asked = DIALECT.open(data)
        DIALECT.splice_request(asked, **WHERE)
        DIALECT.encode_request(DIALECT.decode_request(asked), **WHERE, stream=asked.stream)


WORD = st.text("ab ü", min_size=1, max_size=6)


@RELAXED
@given(
    st.fixed_dictionaries(
        {
            "messages": st.lists(
                st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": WORD}),
                min_size=1,
                max_size=3,
            )
        },
        optional={
            "temperature": st.sampled_from([0, 0.5]),
            "top_k": st.integers(1, 9),
            "stop": st.lists(WORD, min_size=1, max_size=2),
            "tools": st.just([{"type": "function", "function": {"name": "f"}}]),
            "reasoning": st.sampled_from([{"enabled": True}, {"enabled": False}, {"enabled": True, "max_tokens": 9}]),
            "native": st.just({"dashscope": {"drops": {"parameters": {"enable_search": True}}}}),
        },
    )
)
def test_what_is_carried_of_a_request_comes_back_from_it(body):
    draft = DIALECT.encode_request(validate(ChatRequest, json.dumps(body).encode()), **WHERE, stream=False)
    back = DIALECT.decode_request(DIALECT.open(jsonbody.encode(draft.document))).model_dump(exclude_unset=True)
    kept = back.pop("native")["dashscope"]
    assert draft.lost == []
    assert kept.pop("form") == {"asked": {"result_format": "message"}}
    assert kept == body.pop("native", {"dashscope": {}})["dashscope"]
    assert back == {**body, "model": "small-2"}


@RELAXED
@given(WORD, WORD, st.booleans())
def test_a_reply_comes_back_in_every_form(text, thought, called):
    message = {"role": "assistant", "content": text, "reasoning": thought} | ({"tool_calls": [CALL]} if called else {})
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if called else "stop"}
    usage = Usage(input_tokens=3, output_tokens=2)
    for form in ("text", "message", "parts"):
        body = DIALECT.encode_response(Reply(document={"choices": [choice]}, usage=usage), asking(form))
        back = DIALECT.decode_response(body)
        got = back.document["choices"][0]["message"]
        assert (got["content"], got["reasoning"]) == (text, thought)
        assert [call["function"] for call in got.get("tool_calls", [])] == ([CALL["function"]] if called else [])
        assert (back.usage, back.finish_reason) == (usage, choice["finish_reason"])


def test_what_messages_can_not_say_is_told():
    picture = {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "high"}}
    sealed = [{"type": "reasoning.encrypted", "data": "D", "format": "google-gemini-v1"}]
    turn = {"role": "assistant", "content": "Hi", "reasoning_details": sealed, "annotations": [{"type": "x"}]}
    _, lost, _ = sent(messages=[{"role": "user", "content": [picture]}, turn, HI])
    names = ("annotations", "content[].image_url.detail", "reasoning_details")
    assert sorted(lost) == [(f"messages[].{name}", "dropped") for name in names]
