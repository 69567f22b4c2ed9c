"""Tables for people: aligned, folded where a terminal is narrow, never wider than it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from crossroads.cli.table import COLUMN_MIN, GAP, lines_of

HEAD = ["id", "endpoints"]


def test_columns_are_aligned_and_lines_end_with_what_they_say():
    rows = list(lines_of([HEAD, ["acme", "3"], ["northwind", "12"]], [False, True], None))
    assert rows == [["id         endpoints"], ["acme               3"], ["northwind         12"]]


def test_a_character_of_two_cells_takes_two():
    rows = list(lines_of([["a", "b"], ["智谱", "x"]], [False, False], None))
    assert rows == [["a     b"], ["智谱  x"]]


def test_what_does_not_fit_is_folded_at_its_blanks_the_widest_column_first():
    rows = list(lines_of([["id", "why"], ["acme", "name it in crossroads.toml"]], [False, False], 22))
    assert rows[1] == ["acme  name it in", "      crossroads.toml"]


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=("C", "Z", "M"))), min_size=3, max_size=3), min_size=1),
    st.integers(3 * COLUMN_MIN + 2 * len(GAP), 60),
)
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(rows, width):
    for row, lines in zip(rows, lines_of(rows, [False, True, False], width), strict=True):
        assert all(cell_len(line) <= width for line in lines)
        assert sorted("".join(lines).replace(" ", "")) == sorted("".join(row))


@pytest.mark.parametrize("width", [1, 10])
def test_a_terminal_too_narrow_for_anything_still_shows_it_all(width):
    (lines,) = lines_of([["abcdefgh", "ijklmnop"]], [False, False], width)
    assert "".join(lines).replace(" ", "") == "abcdijklefghmnop"
