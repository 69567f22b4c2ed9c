from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestPixverse = provider_conformance("pixverse", answer=said({"ErrCode": 0, "Resp": {"video_id": 7}}))
