from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestDeepdub = provider_conformance("deepdub", answer=SPEAKING)
