from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestSimplismart = provider_conformance("simplismart", answer=SPEAKING)
