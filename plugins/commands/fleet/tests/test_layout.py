"""One document, one text: what is written reads back, and merging twice is merging once."""

import tomllib

import pytest
from crossroads_fleet.layout import HEADER, render
from crossroads_fleet.merge import merge
from hypothesis import given
from hypothesis import strategies as st

from crossroads.schema import plain

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20)
VALUES = TEXT | st.integers(-(2**40), 2**40) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
TABLE = st.dictionaries(st.text(min_size=1, max_size=8), VALUES | st.lists(VALUES, max_size=5), max_size=4)
ROWS = st.lists(TABLE.map(lambda table: {"upstream": "x", **table}), max_size=3)


@given(st.fixed_dictionaries({"name": TEXT, "hosts": st.lists(TEXT, max_size=40), "links": TABLE, "quirks": ROWS}))
def test_the_text_reads_back_to_the_document(document):
    kept = {key: value for key, value in document.items() if value or key in ("name", "hosts")}
    assert plain(tomllib.loads(render(document))) == kept


def test_days_are_dates_and_tables_of_tables_stand_apart():
    text = render(
        {
            "schema": 1,
            "operations": {"chat": {"dialect": "d", "also": {"e-f": {"url": "u", "source": {"read": "2026-11-24"}}}}},
            "sites": {"cn": {"base_url": "b", "also": {"e": "u"}}},
        }
    )
    assert text.startswith(HEADER)
    assert "[operations.chat.also.e-f]\n" in text
    assert 'also = { e = "u" }' in text
    assert "read = 2026-11-24 }" in text


def test_a_word_without_a_place_is_an_error_and_never_lost():
    with pytest.raises(ValueError, match="surprise"):
        render({"schema": 1, "surprise": 1})


FACTS = {
    "auth": {"scheme": "bearer", "prefix": "Key"},
    "links": {"terms": "t"},
    "endpoints": [{"upstream": "a", "model": "x/a"}, {"upstream": "b-preview", "model": "x/b"}],
}
HAND = {
    "auth": {"env": ["K"]},
    "remove": ["auth.prefix", "links.terms"],
    "remove_endpoints": ["*-preview"],
    "endpoints": [{"upstream": "a", "region": "eu"}, {"upstream": "c", "model": "x/c"}],
    "package": {"entry_point": "m:C"},
}


def test_a_hand_adds_changes_and_removes():
    assert merge(FACTS, HAND) == {
        "auth": {"scheme": "bearer", "env": ["K"]},
        "endpoints": [{"upstream": "a", "model": "x/a", "region": "eu"}, {"upstream": "c", "model": "x/c"}],
    }
    assert FACTS["auth"] == {"scheme": "bearer", "prefix": "Key"}


def test_merging_twice_is_merging_once():
    assert merge(merge(FACTS, HAND), HAND) == merge(FACTS, HAND)
