"""Forms at the door: taken where a dialect takes them, never from a page that could not have asked."""

import pytest
from crossroads_gateway.hot import read_body

from crossroads.errors import UnsupportedMedia

FORM = {b"content-type": b"multipart/form-data; boundary=b", b"content-length": b"1"}


async def receive():
    return {"type": "http.request", "body": b"x", "more_body": False}


@pytest.mark.parametrize("more", [{}, {b"origin": b"https://a.example", b"authorization": b"Bearer k"}])
async def test_a_form_is_taken_where_the_dialect_takes_forms(more):
    assert await read_body({**FORM, **more}, receive, 9, forms=True) == b"x"


@pytest.mark.parametrize(("more", "forms"), [({}, False), ({b"origin": b"https://a.example"}, True)])
async def test_a_form_of_a_foreign_page_or_for_a_json_dialect_is_refused(more, forms):
    with pytest.raises(UnsupportedMedia):
        await read_body({**FORM, **more}, receive, 9, forms=forms)
