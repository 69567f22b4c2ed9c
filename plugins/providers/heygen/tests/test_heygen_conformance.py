from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestHeygen = provider_conformance("heygen", answer=said({"data": {"video_id": "v1", "status": "waiting"}}))
