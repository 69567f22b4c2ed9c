from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

MADE = {"id": "g-1", "state": "completed", "assets": {"image": "https://images.example/a.png"}}
TestLuma = provider_conformance("luma", answer=said(MADE))
