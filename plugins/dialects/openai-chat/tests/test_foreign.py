"""Vendors' errors, in the shape that `errors` reads."""

import json

import pytest
from crossroads_openai_chat.foreign import reworded


@pytest.mark.parametrize(
    ("told", "message", "code"),
    [
        ({"detail": {"status": "quota", "message": "no credit"}}, "no credit", "quota"),
        ({"detail": [{"loc": ["body", "voice"], "msg": "is missing"}]}, "voice: is missing", None),
        ({"detail": [{"loc": True, "msg": "is missing"}]}, "is missing", None),
        ({"err_code": "E1", "err_msg": "too long"}, "too long", "E1"),
        ({"name": "bad", "errors": ["a", {"message": "b"}]}, "a; b", "bad"),
        ({"errors": [{"title": "No image", "code": "x"}]}, "No image", None),
        ({"message": ["a must be text", "b is missing"], "statusCode": 400}, "a must be text; b is missing", None),
        ({"title": "Bad Request"}, "Bad Request", None),
    ],
)
def test_a_reason_is_found_wherever_a_vendor_puts_it(told, message, code):
    assert json.loads(reworded(json.dumps(told).encode())) == {"error": {"message": message, "code": code}}


@pytest.mark.parametrize("body", [b"", b"[]", b"gone", b'{"error": {"message": "x"}}', b'{"detail": 5}'])
def test_what_has_no_reason_stays_as_it_is(body):
    assert reworded(body) == body
