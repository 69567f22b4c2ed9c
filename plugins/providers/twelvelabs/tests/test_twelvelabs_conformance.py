from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestTwelvelabs = provider_conformance(
    "twelvelabs", answer=said({"data": [{"embedding": [0.5, 1.0]}], "usage": {"input_tokens": {"text": 3}}})
)
