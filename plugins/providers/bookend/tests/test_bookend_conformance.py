from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestBookend = provider_conformance("bookend", answer=said([{"data": [0.5, 1.0]}], counted=False))
