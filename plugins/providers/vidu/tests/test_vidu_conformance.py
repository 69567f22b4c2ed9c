from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestVidu = provider_conformance("vidu", answer=said({"task_id": "t1", "state": "created"}))
