from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestIsaacus = provider_conformance(
    "isaacus", answer=said({"embeddings": [{"index": 0, "embedding": [0.5, 1.0]}], "usage": {"input_tokens": 3}})
)
