from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

MADE = {"status": "completed", "request_id": "r-1", "images": [{"url": "https://images.example/a.png"}]}
TestHiggsfield = provider_conformance("higgsfield", answer=said(MADE))
