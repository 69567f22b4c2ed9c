"""What vendors' formats of images share."""

import pytest
from crossroads_openai_images.vendor import image_kind, mask_of, only_itself, refuse_mask

from crossroads.errors import Unsupported


@pytest.mark.parametrize(
    ("begins", "kind"),
    [
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"RIFF", "image/webp"),
        (b"GIF89", None),
        (b"", None),
    ],
)
def test_an_image_is_known_by_how_it_begins(begins, kind):
    assert image_kind(begins + b"\0") == kind


def test_a_client_that_asked_for_an_address_is_told_that_there_is_none():
    assert only_itself({"response_format": "b64_json"}) == only_itself({}) == []
    assert [lost.field for lost in only_itself({"response_format": "url"})] == ["response_format"]


def test_a_mask_is_refused_where_none_has_a_place():
    refuse_mask({"image": "x"})
    with pytest.raises(Unsupported):
        refuse_mask({"mask": "x"})


@pytest.mark.parametrize("mask", ["m", {"image_url": "m"}, {"image_url": {"url": "m"}}])
def test_a_mask_is_an_image_of_an_image(mask):
    assert mask_of({"image": "x"}) is None
    assert mask_of({"image": "x", "mask": mask}) == "m"
    with pytest.raises(Unsupported):
        mask_of({"mask": mask})
    with pytest.raises(Unsupported):
        mask_of({"image": "x", "mask": {"file_id": "f"}})
