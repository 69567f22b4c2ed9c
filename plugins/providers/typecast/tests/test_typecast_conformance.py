from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestTypecast = provider_conformance("typecast", answer=SPEAKING)
