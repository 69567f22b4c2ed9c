from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestCartesia = provider_conformance("cartesia", answer=SPEAKING)
