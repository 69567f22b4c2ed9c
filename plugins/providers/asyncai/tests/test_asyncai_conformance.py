from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestAsyncai = provider_conformance("asyncai", answer=SPEAKING)
