"""What vendors' own formats of speech share: what is no voice and no time."""

import pytest
from crossroads_openai_speech.vendor import is_moment, voice_of

from crossroads.errors import Unsupported


@pytest.mark.parametrize("voice", ["", ".", "..", "a\r\nb", None, 5, {"id": 5}])
def test_a_voice_is_a_name(voice):
    with pytest.raises(Unsupported):
        voice_of({"voice": voice}, remedy="Name one.")


@pytest.mark.parametrize(("told", "is_one"), [(0, True), (1.5, True), (True, False), ("1", False), (10**400, False)])
def test_a_time_is_a_number_that_can_be_one(told, is_one):
    assert is_moment(told) is is_one
