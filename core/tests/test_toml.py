"""What is written reads back to the same value, on one line."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossroads.schema import plain
from crossroads.toml import toml_key, toml_value

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(TEXT, VALUES)
def test_every_value_reads_back(key, value):
    line = f"{toml_key(key)} = {toml_value(value)}"
    assert "\n" not in line
    assert plain(tomllib.loads(line)) == {key: value}


def test_only_words_of_days_hold_dates():
    assert toml_value({"read": "2026-11-25", "note": "2026-11-25"}) == '{ read = 2026-11-25, note = "2026-11-25" }'
    assert toml_value("2026-11", "created") == '"2026-11"'


@pytest.mark.parametrize("value", [None, object(), {"a": None}])
def test_what_toml_has_no_place_for_is_refused(value):
    with pytest.raises(ValueError, match="no place"):
        toml_value(value)
