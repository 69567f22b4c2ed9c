from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestZeroentropy = provider_conformance(
    "zeroentropy", answer=said({"results": [{"embedding": [0.5, 1.0]}], "usage": {"total_tokens": 3}})
)
