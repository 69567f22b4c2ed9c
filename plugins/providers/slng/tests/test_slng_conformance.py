from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestSlng = provider_conformance("slng", answer=SPEAKING)
