"""The kit's checks. One is relaxed: Google reads several spellings of a request, and our encoder writes one of them."""

from crossroads_google_gemini import GoogleGemini

from crossroads import jsonbody
from crossroads.testing import dialect_conformance

WHERE = {"url": "https://api.northwind.example/v1", "upstream": "gemini-3-flash-preview"}


class TestGoogleGemini(dialect_conformance(GoogleGemini)):
    def test_both_paths_send_the_same_request(self, dialect):
        for vector in self.recorded(dialect):
            if vector.request:
                opened = dialect.open(vector.request)
                spliced = dialect.splice_request(opened, **WHERE)
                encoded = dialect.encode_request(dialect.decode_request(opened), **WHERE, stream=False)
                sent = [dialect.decode_request(dialect.open(jsonbody.encode(d.document))) for d in (spliced, encoded)]
                assert sent[0].model_dump(exclude_unset=True) == sent[1].model_dump(exclude_unset=True)
                assert (spliced.url, spliced.headers) == (encoded.url, encoded.headers)
