from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestSmallestAi = provider_conformance("smallest-ai", answer=SPEAKING)
