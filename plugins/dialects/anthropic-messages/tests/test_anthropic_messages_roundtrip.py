"""decode(encode(x)) == x on what the format carries: requests, replies and streams that hypothesis makes up."""

import json

from crossroads_anthropic_messages import AnthropicMessages
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.dialect import Reply
from crossroads.testing.laws import STAMP, decode_all
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

DIALECT = AnthropicMessages()
FORMAT = "anthropic-claude-v1"
RELAXED = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
CACHE = st.sampled_from(
    [{}, {"cache_control": {"type": "ephemeral"}}, {"cache_control": {"type": "ephemeral", "ttl": "1h"}}]
)
JSON = st.dictionaries(
    TEXT, st.none() | st.booleans() | st.integers(-9, 9) | TEXT | st.lists(TEXT, max_size=2), max_size=3
)
DATA = st.sampled_from(["AA==", "aGk="])

text_part = st.builds(lambda text, cache: {"type": "text", "text": text, **cache}, TEXT, CACHE)
image_part = st.builds(
    lambda url, cache: {"type": "image_url", "image_url": {"url": url}, **cache},
    st.sampled_from(["https://example.com/a.png", "data:image/png;base64,AA==", "data:image/webp;base64,aGk="]),
    CACHE,
)
file_part = st.builds(
    lambda file, cache: {"type": "file", "file": file, **cache},
    st.sampled_from(
        [
            {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
            {"filename": "document.pdf", "file_data": "https://example.com/a.pdf"},
            {"filename": "b.txt", "file_data": "data:text/plain;base64,aGk="},
            {"filename": "c", "file_id": "file_1"},
        ]
    ),
    CACHE,
)
parts = st.lists(text_part | image_part | file_part, min_size=1, max_size=3)


@st.composite
def reasoning_details(draw):
    made = []
    for index in range(draw(st.integers(0, 2))):
        if draw(st.booleans()):
            detail = {"type": "reasoning.text", "text": draw(TEXT), "signature": draw(TEXT)}
        else:
            detail = {"type": "reasoning.encrypted", "data": draw(TEXT)}
        made.append({**detail, "format": FORMAT, "index": index})
    return made


@st.composite
def tool_calls(draw):
    made = []
    for at in range(draw(st.integers(0, 3))):
        arguments = json.dumps(draw(JSON), separators=(",", ":"), ensure_ascii=False)
        made.append({"id": f"call_{at}", "type": "function", "function": {"name": draw(TEXT), "arguments": arguments}})
    return made


@st.composite
def assistant(draw):
    details, calls = draw(reasoning_details()), draw(tool_calls())
    content = draw(st.just(None) | TEXT) if details or calls else draw(TEXT)
    message = {"role": "assistant", "content": content}
    return message | ({"reasoning_details": details} if details else {}) | ({"tool_calls": calls} if calls else {})


@st.composite
def conversations(draw):
    """System first; results follow their calls, and a turn that follows results has parts."""
    made = [{"role": "system", "content": draw(TEXT)}] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 4))):
        after_results = bool(made) and made[-1]["role"] == "tool"
        made.append({"role": "user", "content": draw(parts if after_results else parts | TEXT)})
        made.append(draw(assistant()))
        for call in made[-1].get("tool_calls", ()):
            made.append({"role": "tool", "tool_call_id": call["id"], "content": draw(TEXT)})
    return made


OPTIONS = st.fixed_dictionaries(
    {"messages": conversations(), "max_tokens": st.integers(1, 9000)},
    optional={
        "temperature": st.sampled_from([0, 0.5, 1]),
        "top_k": st.integers(1, 40),
        "stop": st.lists(st.sampled_from(["END", "\n\nHuman:"]), min_size=1, max_size=2),
        "tool_choice": st.sampled_from(
            ["auto", "none", "required", {"type": "function", "function": {"name": "weather"}}]
        ),
        "verbosity": st.sampled_from(["low", "medium", "high", "max"]),
        "cache_control": st.just({"type": "ephemeral"}),
        "metadata": st.just({"user_id": "u-1"}),
    },
)
TOOLS = [
    {"type": "function", "function": {"name": "weather", "description": "d", "parameters": {"type": "object"}}},
    {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": True}},
]


@RELAXED
@given(OPTIONS)
def test_a_request_comes_back_as_it_was(fields):
    asked = {**fields, "tools": TOOLS, "model": "claude-opus-4-6"}
    request = validate(ChatRequest, json.dumps(asked).encode())
    draft = DIALECT.encode_request(request, url="", upstream="claude-opus-4-6", stream=False)
    assert draft.lost == []
    again = DIALECT.decode_request(DIALECT.open(jsonbody.encode(draft.document)))
    assert again.original.unsaid == ()
    assert again.model_dump(exclude_unset=True, by_alias=True) == asked


@st.composite
def answers(draw):
    """A message as a reply holds it, and its finish reason."""
    message = draw(assistant())
    if details := message.get("reasoning_details"):
        message["reasoning"] = "".join(one.get("text", "") for one in details) or None
    return message, draw(st.sampled_from(["stop", "length", "tool_calls", "content_filter"]))


@RELAXED
@given(answers(), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_a_reply_comes_back_as_it_was(answer, fresh, read, thought):
    message, reason = answer
    usage = Usage(input_tokens=fresh, cache_read_tokens=read, output_tokens=5, reasoning_tokens=thought)
    document = {"choices": [{"index": 0, "message": message, "finish_reason": reason}]}
    reply = DIALECT.decode_response(DIALECT.encode_response(Reply(document=document, usage=usage), STAMP))
    assert reply.document["choices"][0]["message"] == message
    assert (reply.finish_reason, reply.usage) == (reason, usage)


@RELAXED
@given(answers(), st.integers(1, 4))
def test_a_stream_comes_back_as_it_was(answer, size):
    message, reason = answer

    def pieces(text):
        return [text[at : at + size] for at in range(0, len(text), size)]

    deltas = [{"role": "assistant", "content": ""}]
    for detail in message.get("reasoning_details", ()):
        if "text" in detail:
            bare = {"type": "reasoning.text", "format": FORMAT, "index": detail["index"]}
            for piece in pieces(detail["text"]):
                deltas.append({"reasoning": piece, "reasoning_details": [{**bare, "text": piece}]})
            deltas.append({"reasoning_details": [{**bare, "text": "", "signature": detail["signature"]}]})
        else:
            deltas.append({"reasoning_details": [detail]})
    deltas += [{"content": piece} for piece in pieces(message["content"] or "")]
    for index, call in enumerate(message.get("tool_calls", ())):
        function = {"name": call["function"]["name"], "arguments": ""}
        deltas.append({"tool_calls": [{**call, "index": index, "function": function}]})
        for piece in pieces(call["function"]["arguments"]):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    encoder = DIALECT.encode_stream(STAMP)
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    usage = Usage(input_tokens=3, output_tokens=5)
    out = b"".join(map(encoder.encode, chunks)) + encoder.close(usage)
    told, decoder = decode_all(DIALECT, [out])
    assert [chunk["choices"][0]["delta"] for chunk in told[:-1]] == [*deltas, {}]
    assert (decoder.finish_reason, decoder.usage) == (reason, usage)
