"""A first frame that is uploaded before the job begins."""

import pytest
from crossroads_openai_video.uploaded import as_file

from crossroads.errors import Unsupported
from crossroads.multipart import File


def test_a_data_url_is_a_file_and_all_else_stays():
    assert as_file("data:image/png;base64,aGk=") == File(data=b"hi", filename="frame", content_type="image/png")
    for frame in (None, "https://x.example/a.png", File(data=b"x")):
        assert as_file(frame) is frame


def test_what_is_no_base64_is_refused():
    with pytest.raises(Unsupported):
        as_file("data:image/png;base64,a")
