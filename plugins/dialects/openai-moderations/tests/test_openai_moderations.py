"""Moderations: shipped vectors, and the way through an exchange."""

import json

import pytest
from crossroads_openai_moderations import OpenAIModerations

from crossroads.errors import BadRequest
from crossroads.testing import dialect_conformance
from crossroads.types.moderation import ModerationRequest

TestOpenAIModerations = dialect_conformance(OpenAIModerations)

DIALECT = OpenAIModerations()


def test_texts_and_parts_are_decoded():
    for given in ("a", ["a", "b"], [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]):
        request = DIALECT.decode_request(DIALECT.open(json.dumps({"model": "m/m", "input": given}).encode()))
        assert isinstance(request, ModerationRequest)
        assert request.model_dump(exclude_unset=True)["input"] == given


@pytest.mark.parametrize("given", [None, 1, [], {}])
def test_what_is_no_input_is_a_bad_request(given):
    with pytest.raises(BadRequest, match="input"):
        DIALECT.decode_request(DIALECT.open(json.dumps({"model": "m/m", "input": given}).encode()))


def test_an_answer_without_verdicts_is_none():
    from crossroads.errors import BadUpstream

    with pytest.raises(BadUpstream):
        DIALECT.decode_response(b'{"id": "x", "results": []}')
