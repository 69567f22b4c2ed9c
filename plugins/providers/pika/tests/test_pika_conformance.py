from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestPika = provider_conformance("pika", answer=said({"video_id": "v1"}))
