from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestAimon = provider_conformance("aimon", answer=said([[50.0, 75.0]]))
