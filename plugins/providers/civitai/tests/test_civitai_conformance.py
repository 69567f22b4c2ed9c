from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

STEP = {"output": {"images": [{"url": "https://orchestration.civitai.com/v2/consumer/blobs/b-1?sig=s"}]}}
TestCivitai = provider_conformance("civitai", answer=said({"id": "wf_1", "status": "succeeded", "steps": [STEP]}))
