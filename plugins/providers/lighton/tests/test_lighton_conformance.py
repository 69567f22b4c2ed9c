from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"answer": "Bern.", "results": []}

TestLighton = provider_conformance("lighton", answer=said(ANSWER))
