from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestRime = provider_conformance("rime", answer=SPEAKING)
