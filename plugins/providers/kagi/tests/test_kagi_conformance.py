from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"meta": {"id": "k"}, "data": {"output": "Bern.", "tokens": 9, "references": []}}

TestKagi = provider_conformance("kagi", answer=said(ANSWER))
