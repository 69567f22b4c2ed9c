from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestDId = provider_conformance("d-id", answer=said({"id": "tlk_1", "object": "talk", "status": "created"}))
