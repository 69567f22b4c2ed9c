"""STREAM-1: any split of the same bytes gives the same events, and they are those of the specification."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crossroads.errors import BadUpstream
from crossroads.sse import EventReader, ServerEvent, encode_comment, encode_event

FIELDS = [b"data: ", b"data:", b"data", b"event: x", b"event:", b":", b"id: 1", b"retry: 5"]
WORDS = [*FIELDS, b" ", b"{}", "é…😀".encode()]
ENDS = [b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\xef\xbb\xbf", b"\0"]
STREAMS = st.lists(st.sampled_from(WORDS + ENDS) | st.binary(max_size=3), max_size=25).map(b"".join)


def by_the_book(data):
    """The specification's own algorithm, on the whole stream (WHATWG HTML 9.2.6), `id` and `retry` left out."""
    lines = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:-1]
    events, name, values = [], "", []
    for line in lines:
        if not line:
            if values:
                events.append(ServerEvent(name, b"\n".join(values)))
            name, values = "", []
            continue
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            values.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    return events


def fed(pieces):
    reader, events = EventReader(), []
    for piece in pieces:
        events += reader.feed(piece)
    return events, reader.pending


@given(STREAMS)
@example(b"data: a\r\n\r\ndata: b\r\r")
@example(b"\xef\xbb\xbfdata: a\n\n")
@example(b"data: a\r\n\r\ndata: b\r\n\r\n")
def test_the_events_are_those_of_the_specification(data):
    assert fed([data])[0] == by_the_book(data)


@given(STREAMS, st.lists(st.integers(0, 200), max_size=6))
def test_any_split_gives_the_same_events(data, cuts):
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    assert fed(pieces) == fed([data])
    assert fed([data[i : i + 1] for i in range(len(data))]) == fed([data])


@given(st.text(max_size=60), st.sampled_from(["", "error", "message_start"]))
def test_what_is_encoded_is_read_back_with_its_line_breaks_normal(text, name):
    data = text.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    events, pending = fed([encode_event(text.encode(), name)])
    assert events == [ServerEvent(name, data)]
    assert not pending


def test_a_comment_is_no_event():
    assert fed([encode_comment("alive"), b"data: x\n\n"]) == ([ServerEvent("", b"x")], False)


@pytest.mark.parametrize("data", [b"data: x", b"data: x\n", b"data: x\r\n", b"data: a\n\nda"])
def test_an_event_without_its_blank_line_is_pending(data):
    assert fed([data])[1]


@pytest.mark.parametrize("data", [b"", b"data: x\n\n", b"data: x\r\n\r\n", b"data: x\n\n\n"])
def test_nothing_is_pending_after_a_blank_line(data):
    assert not fed([data])[1]


def test_an_event_beyond_its_bound_is_refused_also_when_it_comes_in_small_pieces():
    reader = EventReader(limit_bytes=100)
    reader.feed(b"data: " + b"x" * 80 + b"\n\n")
    for _ in range(100):
        reader.feed(b"x")
    with pytest.raises(BadUpstream, match="100 bytes"):
        reader.feed(b"x")


def test_the_lines_of_an_event_are_joined_once_when_it_ends():
    """Joined at each line, 40,000 of them in pieces of their own kept a process busy for two minutes."""
    reader = EventReader()
    assert [reader.feed(b"data: x\n") for _ in range(100)] == [[]] * 100
    assert len(reader._parts) == 100
    (event,) = reader.feed(b"\n")
    assert event.data.count(b"x") == 100
