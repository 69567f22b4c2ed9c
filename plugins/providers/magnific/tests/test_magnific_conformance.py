from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TASK = {"task_id": "046b6c7f-0b8a", "status": "COMPLETED", "generated": ["https://ai-statics.freepik.com/a.jpg"]}
TestMagnific = provider_conformance("magnific", answer=said({"data": TASK}))
