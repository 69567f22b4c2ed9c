"""What stands in a data URL, where a host wants a file."""

import pytest
from crossroads_openai_images.vendor import as_file

from crossroads.errors import Unsupported
from crossroads.multipart import File


def test_a_data_url_is_a_file_and_all_else_stays():
    inside = as_file("data:image/png;base64,aGk=", field="image")
    assert inside == File(data=b"hi", filename="frame", content_type="image/png")
    for source in (None, "https://x.example/a.png", File(data=b"x")):
        assert as_file(source, field="image") is source


def test_what_is_no_base64_is_refused_by_its_field():
    with pytest.raises(Unsupported, match="frame_images"):
        as_file("data:image/png;base64,a", field="frame_images")
