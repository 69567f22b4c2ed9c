from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestNlpCloud = provider_conformance("nlp-cloud", answer=said({"response": "Hi.", "history": []}))
