"""Forms at the door: taken where a dialect takes them, never from a page that could not have asked."""

import pytest
from crossroads_gateway.hot import read_body, read_token

from crossroads.errors import UnsupportedMedia

FORM = {b"content-type": b"multipart/form-data; boundary=b", b"content-length": b"1"}


async def receive():
    return {"type": "http.request", "body": b"x", "more_body": False}


@pytest.mark.parametrize("more", [{}, {b"origin": b"https://a.example", b"authorization": b"Bearer k"}])
async def test_a_form_is_taken_where_the_dialect_takes_forms(more):
    assert await read_body({**FORM, **more}, receive, 9, forms=True) == b"x"


@pytest.mark.parametrize("kind", [b"audio/wav", b"video/mp4", b"application/octet-stream"])
async def test_sound_as_it_is_is_taken_where_the_dialect_takes_forms(kind):
    sound = {b"content-type": kind, b"content-length": b"1", b"origin": b"https://a.example"}
    assert await read_body(sound, receive, 9, forms=True) == b"x"
    with pytest.raises(UnsupportedMedia):
        await read_body(sound, receive, 9, forms=False)


@pytest.mark.parametrize("header", [{b"authorization": b"Token k"}, {b"xi-api-key": b"k"}, {b"x-api-key": b"k"}])
def test_a_key_is_found_where_vendors_clients_put_it(header):
    assert read_token(header) == "k"


@pytest.mark.parametrize(("more", "forms"), [({}, False), ({b"origin": b"https://a.example"}, True)])
async def test_a_form_of_a_foreign_page_or_for_a_json_dialect_is_refused(more, forms):
    with pytest.raises(UnsupportedMedia):
        await read_body({**FORM, **more}, receive, 9, forms=forms)
