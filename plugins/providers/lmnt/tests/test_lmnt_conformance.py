from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestLmnt = provider_conformance("lmnt", answer=SPEAKING)
