"""The suites of a vendor's own embeddings and rerank fail each kind of bad."""

import json

import pytest
from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody
from crossroads.errors import BadUpstream
from crossroads.testing import embeddings_conformance


class Good(VendorEmbeddings):
    name = "northwind-embeddings"
    upstream_path = "/embed"
    own = {"texts": jsonbody.ARRAY}
    places = {"input": "texts", "input_type": "kind", "model": "model"}


CASE = {
    "own": {"model": "m", "texts": ["x"], "kind": "query"},
    "told": {"data": [{"embedding": [0.5, 1.0]}], "usage": {"total_tokens": 3}},
    "path": "/embed",
    "asked": {"input_type": "query"},
    "sent": {"model": "m", "texts": ["x"], "kind": "query"},
}
TestGood = embeddings_conformance(Good, None, **CASE)


class Misplaces(Good):
    places = {"input": "texts", "input_type": "type", "model": "model"}


class Miscounts(Good):
    counted = "usage.tokens"


class TakesAnyFormat(Good):
    formats = ("float", "int8")


class TakesNothingForRows(Good):
    def decode_response(self, body):
        return super().decode_response(body if json.loads(body or b"{}") else json.dumps(CASE["told"]).encode())


BAD = [
    (Misplaces, "test_a_request_of_our_client_goes_out_in_its_words"),
    (Miscounts, "test_its_documented_reply_has_its_rows_and_its_count"),
    (TakesAnyFormat, "test_what_it_can_not_carry_is_refused"),
    (TakesNothingForRows, "test_what_has_no_rows_is_a_bad_upstream"),
]


@pytest.mark.parametrize(("plugin", "check"), BAD, ids=[plugin.__name__ for plugin, _ in BAD])
def test_each_kind_of_bad_format_fails_the_check_for_it(plugin, check):
    suite = embeddings_conformance(plugin, None, **CASE)()
    with pytest.raises((AssertionError, BadUpstream, pytest.fail.Exception)):
        getattr(suite, check)(plugin())
