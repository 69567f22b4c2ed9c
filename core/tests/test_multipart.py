"""Forms: what is written is read again, and any bytes give fields or BadRequest."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads import multipart
from crossroads.errors import BadRequest
from crossroads.multipart import File

NAMES = st.from_regex(r"[a-z_]{1,9}", fullmatch=True)
VALUES = st.one_of(st.text(st.characters(codec="utf-8"), max_size=20), st.builds(File, data=st.binary(max_size=50)))
HEAD = "multipart/form-data; boundary=b"


@settings(deadline=None)  # the first form pays for the import of the parser
@given(st.dictionaries(NAMES, st.one_of(VALUES, st.lists(VALUES, min_size=1, max_size=5)), max_size=9))
def test_what_is_written_is_read_again(document):
    assert multipart.open_form(*multipart.encode_form(document)) == document


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_fields_or_a_bad_request(noise, inside):
    body = b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n' + noise + b"\r\n--b--\r\n" if inside else noise
    with suppress(BadRequest):
        assert isinstance(multipart.open_form(body, HEAD), dict)


def test_a_form_cut_short_is_refused_wherever_it_is_cut():
    body, kind = multipart.encode_form({"model": "m", "file": File(data=b"sound")})
    for end in range(len(body) - 4):
        with pytest.raises(BadRequest):
            multipart.open_form(body[:end], kind)


def test_a_name_that_comes_twice_is_refused_by_its_name():
    part = b'--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n'
    with pytest.raises(BadRequest) as caught:
        multipart.open_form(part * 2 + b"--b--\r\n", HEAD)
    assert caught.value.field == "model"


def test_too_many_parts_and_too_long_headers_are_refused():
    part = b'--b\r\ncontent-disposition: form-data; name="a[]"\r\n\r\nm\r\n'
    for body in (part * 129 + b"--b--\r\n", b"--b\r\nx: " + b"y" * 5000 + b"\r\n\r\nm\r\n--b--\r\n"):
        with pytest.raises(BadRequest):
            multipart.open_form(body, HEAD)


def test_a_form_without_boundary_is_refused():
    with pytest.raises(BadRequest):
        multipart.open_form(b"", "multipart/form-data")


def test_no_file_name_ends_its_header():
    body, _ = multipart.encode_form({"f": File(data=b"", filename='a"\r\nx: y')})
    assert b"\r\nx: y" not in body


def test_no_repr_shows_the_bytes_of_a_file():
    assert "secret" not in repr(File(data=b"secret"))
