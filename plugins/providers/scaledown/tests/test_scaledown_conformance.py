from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"summary": "Short.", "input_tokens": 9}

TestScaledown = provider_conformance("scaledown", answer=said(ANSWER))
