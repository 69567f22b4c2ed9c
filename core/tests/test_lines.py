"""STREAM-1 for lines of JSON: any split of the same bytes gives the same lines."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossroads.errors import BadUpstream
from crossroads.lines import LINE_BYTES_MAX, LineReader

TEXT = st.lists(st.sampled_from([b"{}", b'{"a":1}', b"\n", b"\r\n", b" ", b"\n\n"]), max_size=12).map(b"".join)


@given(TEXT, st.lists(st.integers(0, 60), max_size=6))
def test_any_split_gives_the_lines_of_the_whole(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    reader, lines = LineReader(), []
    for a, b in pairwise(edges):
        lines += reader.feed(data[a:b])
    *ended, rest = data.split(b"\n")
    assert lines == [line.strip() for line in ended if line.strip()]
    assert reader.pending == bool(rest.strip())


def test_an_endless_line_is_refused():
    reader = LineReader()
    assert reader.feed(b"x" * LINE_BYTES_MAX) == []
    with pytest.raises(BadUpstream, match="exceeds"):
        reader.feed(b"x")
