from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestRespeecher = provider_conformance("respeecher", answer=SPEAKING)
