from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"answer": "Bern.", "citations": []}

TestYou = provider_conformance("you", answer=said(ANSWER))
