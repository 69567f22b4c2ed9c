from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestUpliftai = provider_conformance("upliftai", answer=SPEAKING)
