"""What goes and what stays: the ends stay, pairs stay together, and no more goes than has to."""

import copy

from crossroads_middle_out.cut import GAP, cut, units
from crossroads_middle_out.tokens import of_message, of_text
from hypothesis import given
from hypothesis import strategies as st

from crossroads.types.base import validate_document
from crossroads.types.chat import ChatRequest


def chat(*messages):
    return validate_document(ChatRequest, {"messages": list(messages)}).messages


def said(role, content="word " * 100, **more):
    return {"role": role, "content": content, **more}


def calls(*ids):
    made = [{"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}} for id in ids]
    results = [said("tool", "result " * 50, tool_call_id=id) for id in ids]
    return [{"role": "assistant", "content": None, "tool_calls": made}, *results]


TURNS = st.lists(
    st.one_of(
        st.just([said("user"), said("assistant")]),
        st.just([said("user", "short")]),
        st.just([said("user"), *calls("a", "b")]),
        st.just(calls("c")),
        st.just([said("assistant", [{"type": "text", "text": "part " * 90}])]),
    ),
    min_size=1,
    max_size=12,
)


@given(TURNS, st.integers(-10, 3_000))
def test_it_is_enough_or_all_that_can_go_and_pairs_and_ends_stay(turns, excess):
    messages = chat(said("system", "rules"), *(message for turn in turns for message in turn), said("user", "last"))
    before, size = copy.deepcopy(messages), sum(map(of_message, messages))
    found = cut(messages, excess)
    assert messages == before
    if found is None:
        assert excess <= 0 or size < 100
        return
    kept = found.messages
    assert len(kept) + found.dropped == len(messages)
    assert kept[0] == messages[0]
    assert kept[-1] == messages[-1]
    assert kept[1].role == messages[1].role
    asked = {call.id for message in kept for call in getattr(message, "tool_calls", None) or ()}
    answered = {message.tool_call_id for message in kept if message.role == "tool"}
    assert answered == asked
    left = size - sum(map(of_message, kept))
    assert left >= excess or (all(len(unit) <= 5 for unit in units(kept)) and len(units(kept)) <= 2)
    assert cut(messages, excess) == found


def test_the_middle_goes_first_and_the_last_to_go_is_only_shortened():
    turns = [said("user" if number % 2 else "assistant", f"{number} " + "word " * 100) for number in range(1, 10)]
    messages = chat(*turns)
    one = of_message(messages[0])
    found = cut(messages, one // 2)
    assert (found.dropped, found.shortened) == (0, 1)
    changed = [i for i, (old, new) in enumerate(zip(messages, found.messages, strict=True)) if old != new]
    assert changed[0] in (3, 4, 5)
    assert GAP in found.messages[changed[0]].content
    more = cut(messages, one * 3)
    assert more.dropped >= 2
    assert [m.content[:1] for m in more.messages][:2] == ["1", "2"]
    assert [m.content[:1] for m in more.messages][-1] == "9"


def test_when_only_the_ends_are_left_the_longest_text_is_shortened_and_instructions_last():
    messages = chat(said("system", "rule " * 100), said("user", "word " * 1_000))
    found = cut(messages, 600)
    assert found.messages[0] == messages[0]
    assert found.messages[1].content.startswith("word")
    assert found.messages[1].content.endswith("word ")
    assert sum(map(of_message, found.messages)) <= sum(map(of_message, messages)) - 600
    assert GAP in cut(messages, 1_300).messages[0].content


def test_nothing_is_done_where_nothing_has_to_go_or_can():
    messages = chat(said("user", "hi"), said("assistant", None, refusal="no"))
    assert cut(messages, 0) is None
    assert cut(messages, 1_000) is None


def test_characters_beyond_ascii_count_more():
    assert of_text("abcd" * 10) == 10
    assert of_text("語" * 10) == 10
    assert of_text("") == 0
