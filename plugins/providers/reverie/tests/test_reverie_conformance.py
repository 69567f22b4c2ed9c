from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestReverie = provider_conformance("reverie", settings={"app_id": "com.example"}, answer=SPEAKING)
