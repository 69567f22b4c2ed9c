"""What several vendors take otherwise: sizes, recordings, addresses."""

import pytest
from crossroads_openai_video.reshaped import addressed, recorded, shape_and_lines

from crossroads.dialect import Draft
from crossroads.errors import Unsupported


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"size": "1920x1080"}, {"aspect_ratio": "16:9", "resolution": "1080p"}),
        ({"size": "720x1280", "resolution": "4k"}, {"aspect_ratio": "9:16", "resolution": "4k"}),
        ({"size": "auto", "aspect_ratio": "1:1"}, {"aspect_ratio": "1:1"}),
        ({}, {}),
    ],
)
def test_a_size_is_its_shape_and_its_lines(said, meant):
    lost = []
    shape_and_lines(said, lost)
    assert said == meant
    assert [one.how for one in lost] == (["emulated"] if "resolution" in meant else [])


def test_what_is_no_size_is_refused():
    with pytest.raises(Unsupported):
        shape_and_lines({"size": "large"}, [])


def test_beside_a_recording_no_text_goes_out():
    draft = recorded(Draft(document={"script": "Hi.", "audio_url": "u"}, url="u"), "script", ("audio_url",))
    assert (draft.document, [lost.field for lost in draft.lost]) == ({"audio_url": "u"}, ["prompt"])
    assert recorded(Draft(document={"script": "Hi."}, url="u"), "script", ("audio_url",)).document == {"script": "Hi."}


def test_a_frame_is_an_address_where_nothing_else_is_taken():
    addressed({"first_frame": "https://x.example/a.png", "last_frame": None})
    with pytest.raises(Unsupported):
        addressed({"last_frame": "data:image/png;base64,aGk="})
