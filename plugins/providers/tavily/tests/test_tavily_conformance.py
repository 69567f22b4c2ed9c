from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"answer": "Bern.", "results": []}

TestTavily = provider_conformance("tavily", answer=said(ANSWER))
