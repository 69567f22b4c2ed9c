from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestEmbaas = provider_conformance(
    "embaas", answer=said({"data": [{"embedding": [0.5, 1.0], "index": 0}], "model": "m", "usage": {"total_tokens": 3}})
)
