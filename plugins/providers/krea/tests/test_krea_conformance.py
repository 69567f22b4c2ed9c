from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

DONE = {"job_id": "j-1", "status": "completed", "result": {"urls": ["https://gen.krea.ai/images/a.png"]}}
TestKrea = provider_conformance("krea", answer=said(DONE))
