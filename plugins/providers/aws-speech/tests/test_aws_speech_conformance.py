from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestAwsSpeech = provider_conformance("aws-speech", answer=SPEAKING)
