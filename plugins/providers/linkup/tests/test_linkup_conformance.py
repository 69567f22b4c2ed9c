from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"answer": "Bern.", "sources": []}

TestLinkup = provider_conformance("linkup", answer=said(ANSWER))
