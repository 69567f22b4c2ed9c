from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestReve = provider_conformance("reve", answer=said({"image": "aGk=", "request_id": "rsid-1", "credits_used": 18}))
