from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestGradium = provider_conformance("gradium", answer=SPEAKING)
