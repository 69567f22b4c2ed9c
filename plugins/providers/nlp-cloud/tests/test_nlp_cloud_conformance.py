from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"generated_text": "Hello"}

TestNlpCloud = provider_conformance("nlp-cloud", answer=said(ANSWER))
