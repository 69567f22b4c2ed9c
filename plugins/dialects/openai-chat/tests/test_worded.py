"""Tables of a vendor's words: what is put in is taken out again."""

import pytest
from crossroads_openai_chat.worded import placed, taken
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads.errors import Unsupported

PLACES = {"input": "text", "voice": "speaker.id", "speed": "speaker.rate", "response_format": "output.audio.format"}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(PLACES)), st.text() | st.integers()))
def test_what_is_placed_is_taken(fields):
    document = {"seed": 1}
    for name, value in fields.items():
        placed(document, PLACES[name], value)
    assert taken(document, PLACES) == {"seed": 1, **fields}


def test_what_stands_beside_it_stays_and_is_not_changed_in_place():
    given_ = {"speaker": {"pitch": 2}}
    document = dict(given_)
    placed(document, "speaker.id", "a")
    assert document == {"speaker": {"pitch": 2, "id": "a"}}
    assert given_ == {"speaker": {"pitch": 2}}
    assert taken(document, PLACES) == {"voice": "a", "speaker": {"pitch": 2}}


def test_a_value_in_the_way_is_refused():
    with pytest.raises(Unsupported):
        placed({"speaker": 5}, "speaker.id", "a")
