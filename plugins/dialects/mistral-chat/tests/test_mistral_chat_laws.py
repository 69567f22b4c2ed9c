"""The laws of the dialect on shipped vectors, on mutilated ones, and on whatever the canonical form may hold."""

import contextlib
import json

import pytest
from crossroads_mistral_chat import MistralChat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

TestMistralChat = dialect_conformance(MistralChat)

DIALECT = MistralChat()
VECTORS = vectors("mistral-chat")
STREAMS = [v for v in VECTORS if v.is_stream]
REPLIES = [v for v in VECTORS if v.status == 200 and not v.is_stream]
RELAXED = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
WHERE = {"url": "https://api.northwind.example/v1", "upstream": "small-2"}


@pytest.mark.parametrize("vector", STREAMS, ids=lambda v: v.name)
def test_both_paths_give_the_same_stream(vector):
    laws.both_paths_stream_the_same(DIALECT, vector.body)


@RELAXED
@given(mutilated([v.body for v in STREAMS]), st.lists(st.integers(0, 100_000), max_size=9))
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    _, error = laws.relay_all(DIALECT, [data])
    _, decoder = laws.decode_all(DIALECT, [data])
    assert error is None or type(decoder) in (type(error), BadUpstream)
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([v.body for v in REPLIES]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    try:
        relayed = DIALECT.relay_response(data, laws.STAMP)
    except UpstreamError:
        with pytest.raises(UpstreamError):
            DIALECT.decode_response(data)
        return
    with contextlib.suppress(BadUpstream):  # a relay skips over what a decoder must read
        decoded = DIALECT.decode_response(data)
        assert (relayed.usage, relayed.finish_reason) == (decoded.usage, decoded.finish_reason)
        assert DIALECT.encode_response(decoded, laws.STAMP)


@RELAXED
@given(mutilated([v.request for v in VECTORS if v.request]))
def test_a_mutilated_request_is_encoded_or_is_a_bad_request(data):
    with contextlib.suppress(BadRequest):
        opened = DIALECT.open(data)
        DIALECT.splice_request(opened, **WHERE)
        DIALECT.encode_request(DIALECT.decode_request(opened), **WHERE, stream=opened.stream)


@pytest.mark.parametrize("vector", STREAMS, ids=lambda v: v.name)
def test_a_stream_cut_before_its_end_is_an_error(vector):
    laws.a_cut_never_looks_complete(DIALECT, vector.body, b"data: [DONE]", range(0, len(vector.body), 7))


WORD = st.text('ab ü\n"', min_size=1, max_size=6)
THOUGHT = st.fixed_dictionaries(
    {"type": st.just("reasoning.text"), "text": WORD, "format": st.just("unknown")},
    optional={"signature": WORD, "closed": st.just(True)},
)
CALL = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"[A-Za-z0-9]{9}", fullmatch=True),
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": st.just("f"), "arguments": st.just("{}")}),
    }
)
PART = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": WORD}),
    st.just({"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}),
    st.just({"type": "file", "file": {"file_data": "data:application/pdf;base64,AA==", "filename": "a.pdf"}}),
    st.just({"type": "file", "file": {"file_id": "f-1"}}),
    st.just({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}),
    st.just({"type": "input_audio", "input_audio": {"data": "AA=="}}),
)
CONTENT = WORD | st.lists(PART, max_size=3)


@st.composite
def assistant(draw):
    thoughts = [{**one, "index": i} for i, one in enumerate(draw(st.lists(THOUGHT, max_size=3)))]
    said = {"role": "assistant", "content": draw(st.lists(PART, max_size=2)) if thoughts else draw(CONTENT)}
    if thoughts:
        said |= {"reasoning": "".join(one["text"] for one in thoughts), "reasoning_details": thoughts}
    if draw(st.booleans()):
        said["tool_calls"] = draw(st.lists(CALL, min_size=1, max_size=2))
    return said


MESSAGE = st.one_of(
    st.fixed_dictionaries({"role": st.just("system"), "content": WORD}),
    st.fixed_dictionaries({"role": st.just("user"), "content": CONTENT}),
    st.fixed_dictionaries({"role": st.just("tool"), "content": CONTENT, "tool_call_id": st.just("abcdefgh1")}),
    assistant(),
)
REQUEST = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, min_size=1, max_size=4)},
    optional={
        "temperature": st.sampled_from([0, 0.7]),
        "seed": st.integers(0, 9),
        "max_tokens": st.integers(1, 9),
        "stop": st.lists(WORD, max_size=2),
        "tool_choice": st.sampled_from(["auto", "none", "required", {"type": "function", "function": {"name": "f"}}]),
        "reasoning_effort": st.sampled_from(["none", "high"]),
        "response_format": st.just({"type": "json_object"}),
        "native": st.just({"mistral-chat": {"drops": {"safe_prompt": True}}}),
    },
)


@RELAXED
@given(REQUEST)
def test_what_is_carried_of_a_request_comes_back_from_it(body):
    request = validate(ChatRequest, json.dumps(body).encode())
    draft = DIALECT.encode_request(request, **WHERE, stream=False)
    back = DIALECT.decode_request(DIALECT.open(json.dumps(draft.document).encode()))
    assert draft.lost == []
    assert back.model_dump(exclude_unset=True, by_alias=True) == {**body, "model": "small-2"}


@st.composite
def message(draw):
    """A canonical reply: text with references at places, and thoughts before it."""
    text = draw(st.text("ab ü", max_size=9))
    said = {"role": "assistant", "content": text}
    if thoughts := [{**one, "index": i} for i, one in enumerate(draw(st.lists(THOUGHT, max_size=2)))]:
        for one in thoughts[:-1]:
            one["closed"] = True
        said |= {"reasoning": "".join(one["text"] for one in thoughts), "reasoning_details": thoughts}
        said["content"] = text or None
    if places := sorted(draw(st.lists(st.integers(0, len(text)), max_size=2))):
        said["content"] = text
        said["annotations"] = [
            {"type": "reference", "reference": {"type": "reference", "reference_ids": [i], "index": at}}
            for i, at in enumerate(places)
        ]
    return said


@RELAXED
@given(message())
def test_what_is_carried_of_a_reply_comes_back_from_it(said):
    if said["content"] == "" and said.get("annotations"):
        said["content"] = "" if not said.get("reasoning_details") else None
    choice = {"index": 0, "message": said, "finish_reason": "stop", "native_finish_reason": "stop"}
    body = DIALECT.encode_response(Reply(document={"choices": [choice]}, usage=Usage(input_tokens=1)), laws.STAMP)
    assert DIALECT.decode_response(body).document["choices"] == [choice]


@RELAXED
@given(message(), st.integers(0, 9))
def test_a_stream_of_any_pieces_adds_up_to_the_same_message(said, cut):
    text = said["content"] or ""
    cut = min(cut, len(text))
    notes = said.get("annotations", [])
    first = {**said, "content": text[:cut], "annotations": [n for n in notes if n["reference"]["index"] <= cut]}
    second = {"content": text[cut:], "annotations": [n for n in notes if n["reference"]["index"] > cut]}
    encoder = DIALECT.encode_stream(laws.STAMP)
    data = b"".join(
        encoder.encode({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})
        for delta, reason in ((first, None), (second, "stop"))
    ) + encoder.close(Usage(input_tokens=1))
    chunks, _ = laws.decode_all(DIALECT, [data])
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    assert "".join(d.get("content") or "" for d in deltas) == text
    assert [n for d in deltas for n in d.get("annotations", [])] == notes
    assert [n for d in deltas for n in d.get("reasoning_details", [])] == said.get("reasoning_details", [])
