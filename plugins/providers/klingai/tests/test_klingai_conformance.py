from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

IMAGES = {"images": [{"index": 0, "url": "https://images.example/a.png"}]}
MADE = {"code": 0, "message": "SUCCEED", "data": {"task_id": "1", "task_status": "succeed", "task_result": IMAGES}}
TestKlingai = provider_conformance("klingai", answer=said(MADE))
