from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"answer": "Bern.", "references": []}

TestLiner = provider_conformance("liner", answer=said(ANSWER))
