from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestHume = provider_conformance("hume", answer=SPEAKING)
