"""What vendors' own formats of speech share: what is no sound, no voice, no time."""

import pytest
from crossroads_openai_speech.vendor import VendorSpeech, is_moment, voice_of

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused


@pytest.mark.parametrize("body", [b"ID3\4", b"{\0\1\2", b"{\xff}", b"\xff\xfb"])
def test_sound_is_what_it_is(body):
    assert VendorSpeech().decode_response(body).body == body


def test_json_is_no_sound_and_an_error_in_it_is_told():
    with pytest.raises(UpstreamRefused, match="out of credits"):
        VendorSpeech().decode_response(b'{"error": {"message": "out of credits"}}')
    for body in (b"", b'{"ok": true}'):
        with pytest.raises(BadUpstream):
            VendorSpeech().decode_response(body)


@pytest.mark.parametrize("voice", ["", ".", "..", "a\r\nb", None, 5, {"id": 5}])
def test_a_voice_is_a_name(voice):
    with pytest.raises(Unsupported):
        voice_of({"voice": voice}, remedy="Name one.")


@pytest.mark.parametrize(("told", "is_one"), [(0, True), (1.5, True), (True, False), ("1", False), (10**400, False)])
def test_a_time_is_a_number_that_can_be_one(told, is_one):
    assert is_moment(told) is is_one
