"""One strict opening for all JSON dialects."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.errors import BadRequest

AMBIGUOUS = {
    "nothing": b"",
    "an array": b"[]",
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "a duplicate key": b'{"model":"a","model":"b"}',
    "a duplicate key inside": b'{"m":[{"role":"user","role":"system"}]}',
    "a duplicate key by escape": b'{"model":"a","\\u006dodel":"b"}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "invalid UTF-8": b'{"a":"\xff"}',
    "an overlong slash": b'{"a":"\xc0\xaf"}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a raw control character": b'{"a":"\x01"}',
    "a trailing comma": b'{"a":1,}',
    "trailing data": b'{"a":1}{}',
    "a comment": b'{"a":1/**/}',
    "single quotes": b"{'a':1}",
    "a leading zero": b'{"a":01}',
}


@pytest.mark.parametrize("body", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_a_body_that_parsers_read_differently_is_refused(body):
    with pytest.raises(BadRequest) as caught:
        jsonbody.open_document(body)
    assert caught.value.field == "body"
    assert "RFC 8259" in caught.value.remedy


def nested(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return b'{"a":' + opening * levels + b"1" + closing * levels + b"}"


def test_the_deepest_allowed_body_opens_and_one_level_more_does_not():
    assert list(jsonbody.open_document(nested(jsonbody.DEPTH_MAX - 1))) == ["a"]
    for levels in (jsonbody.DEPTH_MAX, 199, 5_000, 200_000):
        with pytest.raises(BadRequest):
            jsonbody.open_document(nested(levels))
    with pytest.raises(BadRequest, match="nested deeper"):
        jsonbody.open_document(nested(jsonbody.DEPTH_MAX, b'{"b":', b"}"))


def test_many_brackets_side_by_side_are_not_depth():
    assert jsonbody.open_document(b'{"a":[' + b",".join([b"{}"] * 500) + b"]}")


def test_fields_stay_as_they_were_written_and_in_order():
    body = b'{ "z" : 1.50, "a": [1,  2], "m":"\\u00e9" }'
    fields = jsonbody.open_document(body)
    assert list(fields) == ["z", "a", "m"]
    assert bytes(fields["z"]) == b"1.50"
    assert bytes(fields["a"]) == b"[1,  2]"
    assert jsonbody.encode(fields) == b'{"z":1.50,"a":[1,  2],"m":"\\u00e9"}'


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (jsonbody.STRING, ['"a"', "null"], ["5", "[]", "true"]),
        (jsonbody.BOOLEAN, ["true", "null"], ['"yes"', "1", "0"]),
        (jsonbody.NUMBER, ["0.5", "1", "null"], ['"hot"', "1e400", "true", "[]"]),
        (jsonbody.INTEGER, ["-5", "null"], ["5.0", "5.5", '"5"', "true"]),
        (jsonbody.COUNT, ["1", "2147483647"], ["0", "-1", "2147483648", "1e400", "1e2"]),
        (jsonbody.STRINGS, ['["a"]', "[]", "null"], ['"a"', "[1]", "{}"]),
        (jsonbody.TEXTS, ['"a"', '["a"]', "null"], ["1", "[1]"]),
        (jsonbody.ARRAY, ["[]", "[1]", "null"], ["{}", '"a"']),
        (jsonbody.OBJECT, ["{}", "null"], ["[]", '"a"', "1"]),
        (jsonbody.FILLED_ARRAY, ["[1]", "[ 1]"], ["[]", "[ ]", "[" + " " * 99 + "]", "null", '"hi"', "{}"]),
    ],
)
def test_a_field_of_the_wrong_type_is_named_with_its_value(kind, good, bad):
    for text in good:
        jsonbody.read("f", msgspec.Raw(text.encode()), kind)
    for text in bad:
        with pytest.raises(BadRequest) as caught:
            jsonbody.read("f", msgspec.Raw(text.encode()), kind)
        assert caught.value.field == "f"
        assert caught.value.value == text
        assert caught.value.what == f"expected {kind.expected}."


def test_an_integer_of_any_size_is_written_as_it_was_read():
    assert jsonbody.encode({"seed": 2**70}) == b'{"seed":1180591620717411303424}'


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_open_or_are_a_bad_request(body):
    try:
        fields = jsonbody.open_document(body)
    except BadRequest:
        return
    assert json.loads(jsonbody.encode(fields)) == json.loads(body)


NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_whatever_json_writers_write_opens_to_the_same_document(document):
    fields = jsonbody.open_document(json.dumps(document).encode())
    assert json.loads(jsonbody.encode(fields)) == document
