from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestNomic = provider_conformance(
    "nomic", answer=said({"embeddings": [[0.5, -0.25]], "usage": {"prompt_tokens": 3, "total_tokens": 3}, "model": "m"})
)
