from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

DONE = {"job_id": "f5007c0b-e902", "status": "COMPLETED", "res_url": "https://files.example/a.jpg"}
TestHitpaw = provider_conformance("hitpaw", answer=said({"code": 200, "data": DONE}))
