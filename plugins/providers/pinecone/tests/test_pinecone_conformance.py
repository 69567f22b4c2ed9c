from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestPinecone = provider_conformance(
    "pinecone",
    answer=said({"model": "m", "vector_type": "dense", "data": [{"values": [0.5, 1.0]}], "usage": {"total_tokens": 3}}),
)
