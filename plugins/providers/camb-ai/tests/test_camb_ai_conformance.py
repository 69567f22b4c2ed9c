from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestCambAi = provider_conformance("camb-ai", answer=SPEAKING)
