from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestStability = provider_conformance("stability", answer=said({"image": "aGk=", "finish_reason": "SUCCESS", "seed": 7}))
