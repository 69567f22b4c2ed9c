from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestTavus = provider_conformance("tavus", answer=said({"video_id": "abcd123", "status": "queued"}))
