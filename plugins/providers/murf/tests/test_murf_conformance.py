from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestMurf = provider_conformance("murf", answer=SPEAKING)
