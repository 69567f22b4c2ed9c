"""What several vendors take otherwise: a recording in place of a text, a frame in place of a shape."""

import pytest
from crossroads_openai_video.vendor import first_and_last, recorded, shaped_by_frame

from crossroads.dialect import Draft
from crossroads.errors import Unsupported


def test_beside_a_recording_no_text_goes_out():
    draft = recorded(Draft(document={"script": "Hi.", "audio_url": "u"}, url="u"), "script", ("audio_url",))
    assert (draft.document, [lost.field for lost in draft.lost]) == ({"audio_url": "u"}, ["prompt"])
    assert recorded(Draft(document={"script": "Hi."}, url="u"), "script", ("audio_url",)).document == {"script": "Hi."}


def test_beside_a_first_frame_no_shape_goes_out():
    said, lost = {"first_frame": "u", "aspect_ratio": "1:1"}, []
    assert shaped_by_frame(said, lost)
    assert (said, [one.field for one in lost]) == ({"first_frame": "u"}, ["aspect_ratio"])
    assert not shaped_by_frame({"aspect_ratio": "1:1"}, lost)


@pytest.mark.parametrize("given", [{"file_id": "f-1"}, {"image_url": {"url": 7}}, "", 5])
def test_a_frame_that_is_nowhere_is_refused(given):
    with pytest.raises(Unsupported):
        first_and_last({"input_reference": given})


@pytest.mark.parametrize("given", ["u", {"url": "u"}, {"image_url": "u"}, {"image_url": {"url": "u"}}])
def test_a_frame_is_where_any_client_says_it_is(given):
    assert first_and_last({"input_reference": given}) == ("u", None)
