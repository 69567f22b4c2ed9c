from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

MADE = {"id": "t-1", "status": "SUCCEEDED", "output": ["https://images.example/a.png"]}
TestRunway = provider_conformance("runway", answer=said(MADE))
