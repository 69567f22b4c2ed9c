from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {"results": [{"text": "Hello"}]}

TestKoboldai = provider_conformance("koboldai", answer=said(ANSWER))
