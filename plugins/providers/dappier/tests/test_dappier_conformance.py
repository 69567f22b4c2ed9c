from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"message": "Bern."}

TestDappier = provider_conformance("dappier", answer=said(ANSWER))
