from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestSoniox = provider_conformance("soniox", answer=SPEAKING)
