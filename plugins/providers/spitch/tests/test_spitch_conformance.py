from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestSpitch = provider_conformance("spitch", answer=SPEAKING)
